import type { Fault } from '../../gameday/fault';
import { DATA } from '../../gameday/fault-host';
import type { FaultHost } from '../../gameday/fault-host';

const giveBack = (host: FaultHost) =>
  host.shell('chown -R kingfisher:kingfisher "$1/images"; chmod -R u+rwX,go+rX "$1/images"', DATA);

export const fault: Fault = {
  what: 'Somebody took the folder of images away from KingFisher',
  alert: 'KingfisherPipelineFailuresHigh',
  inject: async (host) => {
    await host.shell('chown -R root:root "$1/images"; chmod -R go-rwx "$1/images"', DATA);
    await host.within({ analysesPerSecond: 1 });
  },
  remedy: giveBack,
  mend: async (host) => {
    await giveBack(host);
    await host.within({});
  },
  expects: {
    ending: 'healed',
    cause: 'B.2 KingFisher may not use its folder of images',
    changes: ['Mend permissions of images'],
  },
  touches: ['file /opt/kingfisher/data', 'folder /opt/kingfisher/data'],
};
