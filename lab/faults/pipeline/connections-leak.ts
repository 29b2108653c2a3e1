import type { Fault } from '../../gameday/fault';
import { KINGFISHER } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'KingFisher gives no database connection back until its pool is used up',
  alert: 'KingfisherPipelineFailuresHigh',
  inject: (host) => host.within({ leakConnections: true, analysesPerSecond: 1 }),
  remedy: (host) => host.systemctl('restart', KINGFISHER),
  mend: (host) => host.within({}),
  expects: {
    ending: 'healed',
    cause: "B.3 KingFisher's pool of database connections is used up",
    changes: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service'],
};
