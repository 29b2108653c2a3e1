import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'RabbitMQ is stopped while events are written',
  alert: 'KingfisherOutboxEventsStuck',
  inject: async (host) => {
    await host.within({ eventsPerSecond: 20 });
    await host.systemctl('stop', 'rabbitmq-server.service');
  },
  remedy: (host) => host.systemctl('start', 'rabbitmq-server.service'),
  mend: (host) => host.within({}),
  expects: {
    ending: 'healed',
    cause: 'F.1 RabbitMQ is down',
    changes: ['Restart rabbitmq'],
  },
  touches: ['unit kingfisher.service', 'unit rabbitmq-server.service'],
};
