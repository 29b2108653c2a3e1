import type { Fault } from '../../gameday/fault';
import { KINGFISHER } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'KingFisher is killed, and its unit does not start it again',
  alert: 'KingfisherServiceDown',
  inject: async (host) => {
    await host.kill(KINGFISHER, 'KILL');
  },
  remedy: (host) => host.startKingfisher(),
  expects: {
    ending: 'healed',
    cause: 'A.1 KingFisher does not run as it should',
    changes: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service'],
};
