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
    // It was killed: that there is no memory for it is seen by a new start.
    observed: { cause: 'A.1 KingFisher does not run as it should' },
    changes: [],
    mayChange: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service'],
};
