import type { Fault } from '../../gameday/fault';
import { DATA } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'A crash of the disk left images of today that cannot be decoded',
  alert: 'KingfisherPipelineFailuresHigh',
  inject: async (host) => {
    await host.shell(
      `today="$1/images/$(date -u +%Y/%m/%d)"
      runuser -u kingfisher -- mkdir -p "$today"
      for number in 1 2 3 4; do
        runuser -u kingfisher -- sh -c 'head -c 4096 /dev/zero > "$1"' sh "$today/liquidation_$number.jpg"
      done`,
      DATA,
    );
    await host.within({ analysesPerSecond: 1 });
  },
  remedy: (host) => host.shell('find "$1/images" -name "liquidation_?.jpg" -delete', DATA),
  mend: (host) => host.within({}),
  expects: {
    ending: 'healed',
    cause: 'B.2 Images cannot be decoded',
    changes: ['Move corrupt images to the quarantine'],
  },
  touches: ['file /opt/kingfisher/data', 'folder /opt/kingfisher/data'],
};
