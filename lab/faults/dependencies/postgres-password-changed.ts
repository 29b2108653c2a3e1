import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'Somebody changed the password of KingFisher in PostgreSQL',
  // Its readiness asks whether PostgreSQL serves, and not whether it serves KingFisher.
  alert: 'KingfisherPipelineFailuresHigh',
  inject: async (host) => {
    await host.sql("ALTER ROLE kingfisher PASSWORD 'another'");
    await host.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'kingfisher'");
    await host.within({ analysesPerSecond: 1 });
  },
  mend: async (host) => {
    await host.sql("ALTER ROLE kingfisher PASSWORD 'kingfisher'");
    await host.within({});
  },
  expects: {
    ending: 'escalated',
    cause: 'DependencyRefused',
    changes: [],
  },
  touches: ['unit kingfisher.service'],
};
