import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'Nobody answers at Telegram, and everything else is reached',
  alert: 'KingfisherImageProcessingStalled',
  inject: (host) => host.outside('telegram', { down: 'refused' }),
  mend: (host) => host.outside('telegram', {}),
  expects: {
    ending: 'escalated',
    cause: 'E.2 This host does not reach Telegram',
    changes: [],
  },
  touches: [],
};
