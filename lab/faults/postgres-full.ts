import type { Fault } from '../gameday/fault';

export const fault: Fault = {
  what: 'PostgreSQL has no connection left for KingFisher',
  alert: 'KingfisherServiceDown',
  inject: (host) => host.sql('ALTER ROLE kingfisher CONNECTION LIMIT 0'),
  mend: (host) => host.sql('ALTER ROLE kingfisher CONNECTION LIMIT -1'),
  expects: {
    ending: 'escalated',
    cause: null,
    changes: [],
    mayChange: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service'],
};
