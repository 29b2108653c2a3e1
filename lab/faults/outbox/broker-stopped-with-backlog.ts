import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'RabbitMQ is stopped while events are written, and KingFisher says that it is ready all the same',
  alert: 'KingfisherOutboxEventsStuck',
  inject: async (host) => {
    await host.readyWithoutRabbitmq();
    await host.within({ eventsPerSecond: 20 });
    await host.systemctl('stop', 'rabbitmq-server.service');
  },
  remedy: (host) => host.systemctl('start', 'rabbitmq-server.service'),
  mend: async (host) => {
    await host.within({});
    await host.readyAsUsual();
  },
  expects: {
    ending: 'healed',
    cause: 'F.1 RabbitMQ is down',
    changes: ['Restart rabbitmq'],
  },
  touches: ['unit kingfisher.service', 'unit rabbitmq-server.service'],
};
