import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'RabbitMQ protects itself by its memory alarm, and takes nothing',
  alert: 'KingfisherOutboxEventsStuck',
  inject: async (host) => {
    await host.within({ eventsPerSecond: 20 });
    await host.shell('rabbitmqctl --quiet set_vm_memory_high_watermark 0.000001');
  },
  mend: async (host) => {
    await host.shell('rabbitmqctl --quiet set_vm_memory_high_watermark 0.6');
    await host.within({});
  },
  expects: {
    ending: 'escalated',
    cause: 'F.1 RabbitMQ blocks publishers by an alarm: it is not restarted',
    changes: [],
  },
  touches: ['unit kingfisher.service'],
};
