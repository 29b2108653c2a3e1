import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'RabbitMQ is stopped, and KingFisher is not ready without it',
  alert: 'KingfisherServiceDown',
  inject: (host) => host.systemctl('stop', 'rabbitmq-server.service'),
  remedy: (host) => host.systemctl('start', 'rabbitmq-server.service'),
  expects: {
    ending: 'healed',
    cause: 'A.2 A dependency is down',
    changes: ['Restart rabbitmq'],
    mayChange: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service', 'unit rabbitmq-server.service'],
};
