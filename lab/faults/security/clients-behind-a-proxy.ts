import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'The access log shows only the address of the proxy in front',
  alert: 'KingfisherSecurityViolationsHigh',
  inject: (host) => host.outside('clients', [{ from: '198.18.0.9', perSecond: 20 }]),
  mend: (host) => host.outside('clients', []),
  expects: {
    ending: 'escalated',
    cause: 'SourceShared',
    changes: [],
  },
  touches: [],
};
