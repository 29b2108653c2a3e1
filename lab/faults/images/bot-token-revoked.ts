import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'The token of the Telegram bot was revoked',
  alert: 'KingfisherImageProcessingStalled',
  inject: (host) => host.outside('telegram', { revoked: true }),
  mend: (host) => host.outside('telegram', {}),
  expects: {
    ending: 'escalated',
    cause: 'E.3 The bot is not set up as it must be',
    changes: [],
  },
  touches: [],
};
