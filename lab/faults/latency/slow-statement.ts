import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'A statement of KingFisher takes 35 s in PostgreSQL',
  alert: 'KingfisherAnalysisLatencyHigh',
  inject: (host) => host.within({ slowStatementSeconds: 35 }),
  mend: (host) => host.within({}),
  expects: {
    ending: 'escalated',
    cause: 'D.3 The database is slow',
    changes: [],
  },
  touches: [],
};
