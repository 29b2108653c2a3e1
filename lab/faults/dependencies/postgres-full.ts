import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'PostgreSQL has no connection left for KingFisher',
  alert: 'KingfisherServiceDown',
  inject: async (host) => {
    await host.sql('ALTER ROLE kingfisher CONNECTION LIMIT 0');
    await host.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'kingfisher'");
  },
  mend: (host) => host.sql('ALTER ROLE kingfisher CONNECTION LIMIT -1'),
  expects: {
    ending: 'escalated',
    cause: null,
    changes: [],
    mayChange: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service'],
};
