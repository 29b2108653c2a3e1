import type { Fault } from '../gameday/fault';

export const fault: Fault = {
  what: 'RabbitMQ protects itself by its memory alarm, and takes nothing',
  alert: 'KingfisherServiceDown',
  inject: (host) => host.shell('rabbitmqctl --quiet set_vm_memory_high_watermark absolute 1MB'),
  mend: (host) => host.shell('rabbitmqctl --quiet set_vm_memory_high_watermark 0.6'),
  expects: {
    ending: 'escalated',
    cause: 'DependencyProtecting',
    changes: [],
  },
  touches: ['unit kingfisher.service'],
};
