import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'The network between Prometheus and a host that is well stands still',
  alert: 'KingfisherServiceDown',
  inject: (host) => host.kill('lab-forward-8201.service', 'STOP'),
  mend: (host) => host.kill('lab-forward-8201.service', 'CONT'),
  expects: {
    ending: 'monitoring',
    cause: 'AlertContradicted',
    changes: [],
  },
  touches: [],
};
