import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'PostgreSQL and Redis are stopped at once',
  alert: 'KingfisherServiceDown',
  inject: async (host) => host.systemctl('stop', host.postgres, 'redis-server.service'),
  remedy: (host) => host.systemctl('start', host.postgres, 'redis-server.service'),
  expects: {
    ending: 'healed',
    cause: 'A.2 A dependency is down',
    changes: ['Restart postgres', 'Restart redis'],
    mayChange: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service', 'unit postgresql@', 'unit redis-server.service'],
};
