import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'Analyses take all processors, and wait for each other',
  alert: 'KingfisherAnalysisLatencyHigh',
  inject: (host) => host.within({ analysisCpuSeconds: 4.5 }),
  mend: (host) => host.within({}),
  expects: {
    ending: 'healed',
    cause: 'D.1 CPUs are busy all the time',
    changes: ['Reduce orchestrator.max_workers to 4'],
  },
  touches: ['unit kingfisher.service', 'file /opt/kingfisher/config/kingfisher.json'],
};
