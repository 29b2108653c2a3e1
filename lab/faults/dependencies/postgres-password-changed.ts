import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'Somebody changed the password of KingFisher in PostgreSQL',
  alert: 'KingfisherServiceDown',
  inject: async (host) => {
    await host.sql("ALTER ROLE kingfisher PASSWORD 'another'");
    await host.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'kingfisher'");
  },
  mend: (host) => host.sql("ALTER ROLE kingfisher PASSWORD 'kingfisher'"),
  expects: {
    ending: 'escalated',
    cause: 'DependencyRefused',
    changes: [],
  },
  touches: ['unit kingfisher.service'],
};
