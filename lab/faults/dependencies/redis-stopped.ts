import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'Redis is stopped, and KingFisher is not ready without it',
  alert: 'KingfisherServiceDown',
  inject: (host) => host.systemctl('stop', 'redis-server.service'),
  remedy: (host) => host.systemctl('start', 'redis-server.service'),
  expects: {
    ending: 'healed',
    cause: 'A.2 A dependency is down',
    changes: ['Restart redis'],
    mayChange: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service', 'unit redis-server.service'],
};
