import type { Fault } from '../../gameday/fault';
import { KINGFISHER } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'KingFisher dies a second after each start',
  alert: 'KingfisherServiceDown',
  inject: async (host) => {
    await host.changeUnit(KINGFISHER, 'RuntimeMaxSec=1');
    await host.systemctl('restart', KINGFISHER);
  },
  mend: async (host) => {
    await host.forgetUnit(KINGFISHER);
    await host.startKingfisher();
  },
  expects: {
    ending: 'escalated',
    cause: 'CrashLoop',
    changes: [],
    mayChange: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service'],
};
