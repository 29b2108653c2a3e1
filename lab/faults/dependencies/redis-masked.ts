import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'Redis is down, and somebody masked it: it must not be started',
  alert: 'KingfisherServiceDown',
  inject: (host) => host.systemctl('mask', '--now', '--runtime', 'redis-server.service'),
  mend: async (host) => {
    await host.systemctl('unmask', '--runtime', 'redis-server.service');
    await host.systemctl('start', 'redis-server.service');
  },
  expects: {
    ending: 'escalated',
    cause: 'UnitMasked',
    changes: [],
  },
  touches: ['unit kingfisher.service', 'unit redis-server.service'],
};
