import type { Fault } from '../../gameday/fault';
import { KINGFISHER } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'Each start of KingFisher runs out of memory',
  alert: 'KingfisherServiceDown',
  inject: async (host) => {
    await host.changeUnit(KINGFISHER, 'LimitAS=300M');
    await host.kill(KINGFISHER, 'KILL');
  },
  mend: async (host) => {
    await host.forgetUnit(KINGFISHER);
    await host.startKingfisher();
  },
  expects: {
    ending: 'escalated',
    cause: 'OutOfMemory',
    changes: [],
    mayChange: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service'],
};
