import type { Fault } from '../../gameday/fault';
import { KINGFISHER } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'KingFisher stands still: it takes connections and answers nothing',
  alert: 'KingfisherServiceDown',
  inject: (host) => host.kill(KINGFISHER, 'STOP'),
  remedy: (host) => host.systemctl('restart', KINGFISHER),
  expects: {
    ending: 'healed',
    cause: 'A.1 KingFisher does not run as it should',
    changes: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service'],
};
