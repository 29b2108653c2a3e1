import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'RabbitMQ is stopped while events are written',
  alert: 'KingfisherOutboxEventsStuck',
  inject: (host) => host.systemctl('stop', 'rabbitmq-server.service'),
  remedy: (host) => host.systemctl('start', 'rabbitmq-server.service'),
  expects: {
    ending: 'healed',
    cause: 'F.1 RabbitMQ is down',
    changes: ['Restart rabbitmq'],
  },
  touches: ['unit kingfisher.service', 'unit rabbitmq-server.service'],
};
