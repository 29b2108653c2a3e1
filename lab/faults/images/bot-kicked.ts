import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'The bot was removed from the source channel',
  alert: 'KingfisherImageProcessingStalled',
  inject: (host) => host.outside('telegram', { channel: 'kicked' }),
  mend: (host) => host.outside('telegram', {}),
  expects: {
    ending: 'escalated',
    cause: 'E.4 The bot has no access to the source channel',
    changes: [],
  },
  touches: [],
};
