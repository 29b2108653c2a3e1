import type { Fault } from '../../gameday/fault';
import { KINGFISHER } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'Everything that KingFisher stands on is stopped, and so is KingFisher',
  alert: 'KingfisherServiceDown',
  inject: (host) =>
    host.systemctl('stop', KINGFISHER, host.postgres, 'redis-server.service', 'rabbitmq-server.service'),
  remedy: async (host) => {
    await host.systemctl('start', host.postgres, 'redis-server.service', 'rabbitmq-server.service');
    await host.startKingfisher();
  },
  expects: {
    ending: 'healed',
    cause: 'A.2 A dependency is down',
    changes: ['Restart postgres', 'Restart redis', 'Restart rabbitmq'],
    mayChange: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service', 'unit postgresql@', 'unit redis-server.service', 'unit rabbitmq-server.service'],
};
