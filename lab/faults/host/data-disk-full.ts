import type { Fault } from '../../gameday/fault';
import { KINGFISHER, DATA } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'Old temporary files fill the disk of the data, and KingFisher dies',
  alert: 'KingfisherServiceDown',
  inject: async (host) => {
    await host.shell(
      `cd "$1/temp"; fallocate -l $(($(stat -f -c '%a * %S' .) - 1048576)) fault-1
      dd if=/dev/zero of=fault-2 bs=64k 2>/dev/null || true; touch -d '3 days ago' fault-*; chown kingfisher: fault-*`,
      DATA,
    );
    await host.kill(KINGFISHER, 'KILL');
  },
  remedy: async (host) => {
    await host.shell('rm -f "$1"/temp/fault-*', DATA);
    await host.startKingfisher();
  },
  mend: (host) => host.shell('rm -f "$1"/temp/fault-*', DATA),
  expects: {
    ending: 'healed',
    cause: 'A.1 KingFisher does not run as it should',
    changes: ['Restart KingFisher', 'Remove old temporary files'],
  },
  touches: ['unit kingfisher.service'],
};
