import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'Redis stands still: it takes connections and answers nothing',
  alert: 'KingfisherServiceDown',
  inject: (host) => host.kill('redis-server.service', 'STOP'),
  remedy: (host) => host.systemctl('restart', 'redis-server.service'),
  expects: {
    ending: 'healed',
    cause: 'A.2 A dependency is down',
    changes: ['Restart redis'],
    mayChange: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service', 'unit redis-server.service'],
};
