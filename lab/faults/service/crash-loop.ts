import type { Fault } from '../../gameday/fault';
import { KINGFISHER } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'KingFisher dies seconds after each start',
  alert: 'KingfisherServiceDown',
  inject: async (host) => {
    await host.changeUnit(KINGFISHER, 'RuntimeMaxSec=3');
    await host.systemctl('restart', KINGFISHER);
  },
  mend: async (host) => {
    await host.forgetUnit(KINGFISHER);
    await host.startKingfisher();
  },
  expects: {
    ending: 'escalated',
    cause: 'CrashLoop',
    // It has died once: it is a new start that shows the loop.
    observed: { cause: 'A.1 KingFisher does not run as it should' },
    changes: [],
    mayChange: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service'],
};
