import type { Fault } from '../../gameday/fault';
import { DATA } from '../../gameday/fault-host';

const OLD = '-maxdepth 1 -type f -name "old_*" -mtime +1';

export const fault: Fault = {
  what: 'Temporary images of two days ago keep a job at the disk, and analyses wait for it',
  alert: 'KingfisherAnalysisLatencyHigh',
  inject: async (host) => {
    await host.shell('cd "$1/images/temp" && touch -d "2 days ago" $(seq -f old_%g.jpg 1 60)', DATA);
    await host.within({ diskMsPerTempFile: 600 });
    const job = `large="$(find /usr -xdev -type f -size +20M | head -n 1)"
      while [ -n "$(find ${DATA}/images/temp ${OLD})" ]; do dd if="$large" of=/dev/null bs=64k iflag=direct; done`;
    for (const number of [1, 2, 3, 4]) {
      await host.background(`--unit=run-scan-${number}`, '--description=A scan', '/bin/sh', '-c', job);
    }
  },
  remedy: (host) => host.shell(`find "$1/images/temp" ${OLD} -delete`, DATA),
  mend: (host) => host.within({}),
  expects: {
    ending: 'healed',
    cause: 'D.2 Disks are a bottleneck',
    changes: ['Remove old temporary files'],
  },
  touches: ['file /opt/kingfisher/data'],
};
