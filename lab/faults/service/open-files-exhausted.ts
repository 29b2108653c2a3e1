import type { Fault } from '../../gameday/fault';
import { KINGFISHER } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'KingFisher may open no more files, and takes no connection',
  alert: 'KingfisherServiceDown',
  inject: (host) =>
    host.shell(
      'runuser -u kingfisher -- prlimit --pid "$(systemctl show --value --property=MainPID "$1")" --nofile=8:',
      KINGFISHER,
    ),
  remedy: (host) => host.systemctl('restart', KINGFISHER),
  expects: {
    ending: 'healed',
    cause: 'A.1 KingFisher can open no more files',
    changes: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service'],
};
