import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'Telegram limits the bot for some time',
  alert: 'KingfisherImageProcessingStalled',
  inject: (host) => host.outside('telegram', { rateLimitedSeconds: 110 }),
  mend: (host) => host.outside('telegram', {}),
  expects: {
    ending: 'byItself',
    cause: 'E.1 Telegram limits the bot',
    changes: [],
  },
  touches: [],
};
