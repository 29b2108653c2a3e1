import type { Fault } from '../../gameday/fault';
import { KINGFISHER } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'Another program took the port while KingFisher was down',
  alert: 'KingfisherServiceDown',
  inject: async (host) => {
    await host.systemctl('stop', KINGFISHER);
    const hold = `require("node:net").createServer().listen(8201, "127.0.0.1")`;
    await host.background('--unit=holder', '/opt/halcyon-node/bin/node', '-e', hold);
  },
  mend: async (host) => {
    await host.systemctl('stop', 'holder.service');
    await host.startKingfisher();
  },
  expects: {
    ending: 'escalated',
    cause: 'A.1 A start of KingFisher cannot work: it is not restarted',
    changes: [],
  },
  touches: ['unit kingfisher.service', 'unit holder.service'],
};
