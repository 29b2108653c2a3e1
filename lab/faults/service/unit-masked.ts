import type { Fault } from '../../gameday/fault';
import { KINGFISHER } from '../../gameday/fault-host';

const UNIT_FILE = `/etc/systemd/system/${KINGFISHER}`;

export const fault: Fault = {
  what: 'Its unit is masked, and KingFisher is down',
  alert: 'KingfisherServiceDown',
  inject: async (host) => {
    await host.shell('mv "$1" "$1.good"; ln -s /dev/null "$1"; systemctl daemon-reload', UNIT_FILE);
    await host.kill(KINGFISHER, 'KILL');
  },
  mend: async (host) => {
    await host.shell('mv -T "$1.good" "$1"; systemctl daemon-reload', UNIT_FILE);
    await host.startKingfisher();
  },
  expects: {
    ending: 'escalated',
    cause: 'A.1 A start of KingFisher cannot work: it is not restarted',
    changes: [],
  },
  touches: ['unit kingfisher.service'],
};
