import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'Nobody posts in the source channel',
  alert: 'KingfisherImageProcessingStalled',
  inject: (host) => host.outside('telegram', { imageEverySeconds: 0 }),
  mend: (host) => host.outside('telegram', {}),
  expects: {
    ending: 'escalated',
    cause: 'E.4 The source channel is silent: nothing waits at Telegram for the bot',
    changes: [],
  },
  touches: [],
};
