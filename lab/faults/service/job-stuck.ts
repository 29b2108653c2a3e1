import type { Fault } from '../../gameday/fault';
import { KINGFISHER } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'KingFisher is down, and systemd hangs at stopping it',
  alert: 'KingfisherServiceDown',
  inject: async (host) => {
    await host.changeUnit(KINGFISHER, 'ExecStop=/bin/sleep 600', 'TimeoutStopSec=600');
    await host.systemctl('stop', '--no-block', KINGFISHER);
    await host.kill(KINGFISHER, 'STOP');
  },
  mend: async (host) => {
    await host.forgetUnit(KINGFISHER);
    await host.kill(KINGFISHER, 'KILL');
    await host.startKingfisher();
  },
  expects: {
    ending: 'escalated',
    cause: 'JobStuck',
    // What hangs is seen by whoever tries a new start.
    observed: { cause: 'A.1 KingFisher does not run as it should' },
    changes: [],
    mayChange: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service'],
};
