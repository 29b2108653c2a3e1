import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'An event for an exchange that is gone blocks all others',
  alert: 'KingfisherOutboxEventsStuck',
  inject: async (host) => {
    await host.sql(`INSERT INTO kingfisher.outbox (event_type, payload, routing_key, exchange)
      VALUES ('x', '{}', 'x', 'kingfisher.gone')`);
    await host.within({ eventsPerSecond: 20 });
  },
  remedy: (host) => host.sql("DELETE FROM kingfisher.outbox WHERE exchange = 'kingfisher.gone'"),
  mend: (host) => host.within({}),
  expects: {
    ending: 'approved',
    cause: 'F.3 An event that has no attempts left blocks all others',
    changes: ['Move event '],
  },
  touches: ['unit kingfisher.service', 'table kingfisher.outbox'],
};
