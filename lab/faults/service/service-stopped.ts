import type { Fault } from '../../gameday/fault';
import { KINGFISHER } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'Somebody stopped KingFisher and forgot it',
  alert: 'KingfisherServiceDown',
  inject: (host) => host.systemctl('stop', KINGFISHER),
  remedy: (host) => host.startKingfisher(),
  expects: {
    ending: 'healed',
    cause: 'A.1 KingFisher does not run as it should',
    changes: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service'],
};
