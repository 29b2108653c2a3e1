import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'PostgreSQL is stopped, and KingFisher is not ready without it',
  alert: 'KingfisherServiceDown',
  inject: (host) => host.systemctl('stop', host.postgres),
  remedy: (host) => host.systemctl('start', host.postgres),
  expects: {
    ending: 'healed',
    cause: 'A.2 A dependency is down',
    changes: ['Restart postgres'],
    mayChange: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service', 'unit postgresql@'],
};
