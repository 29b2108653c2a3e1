import type { Fault } from '../../gameday/fault';
import { KINGFISHER } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'The publisher of the outbox stands still while RabbitMQ is well',
  alert: 'KingfisherOutboxEventsStuck',
  inject: (host) => host.within({ publisherStuck: true, eventsPerSecond: 20 }),
  remedy: (host) => host.systemctl('restart', KINGFISHER),
  mend: (host) => host.within({}),
  expects: {
    ending: 'healed',
    cause: 'F.3 The publisher is stuck while RabbitMQ is well',
    changes: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service'],
};
