import type { Fault } from '../../gameday/fault';
import { CONFIG, DATA } from '../../gameday/fault-host';

/** Fewer than the agent moves to the quarantine at a time, and far more failures than those from which automation is paused. */
const IMAGES = '40';

const REMOVE = 'rm -f "$1"/images/*/*/*/broken-*.jpg';

export const fault: Fault = {
  what: 'Somebody copied many broken images among those of today: each analysis fails on every one of them',
  alert: 'KingfisherPipelineFailuresHigh',
  inject: async (host) => {
    const script =
      'day="$1/images/$(date -u +%Y/%m/%d)"; install -d -o kingfisher -g kingfisher "$day"; ' +
      'for one in $(seq "$2"); do printf "no picture" > "$day/broken-$one.jpg"; done; ' +
      'chown kingfisher:kingfisher "$day"/broken-*.jpg';
    await host.shell(script, DATA, IMAGES);
    await host.within({ analysesPerSecond: 1 });
  },
  remedy: (host) => host.shell(REMOVE, DATA),
  mend: async (host) => {
    await host.shell(REMOVE, DATA);
    await host.within({});
  },
  expects: {
    ending: 'healed',
    cause: 'B.2 Images cannot be decoded',
    changes: ['Pause automation', 'Move corrupt images to the quarantine'],
  },
  touches: ['file /opt/kingfisher/data', 'folder /opt/kingfisher/data', `file ${CONFIG}`],
};
