import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'A rule of the firewall drops what goes to the port of PostgreSQL',
  alert: 'KingfisherServiceDown',
  inject: (host) =>
    host.shell(
      `nft add table inet fault; nft 'add chain inet fault in { type filter hook input priority 0; }'
      nft add rule inet fault in tcp dport 5432 drop`,
    ),
  mend: (host) => host.shell('nft delete table inet fault'),
  expects: {
    ending: 'escalated',
    cause: "A.2 The firewall blocks a dependency's port",
    changes: [],
  },
  touches: ['unit kingfisher.service'],
};
