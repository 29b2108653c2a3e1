import type { Fault } from '../../gameday/fault';

/** Of the proxy in front: the access log has no other. */
const from = '198.18.0.9';

export const fault: Fault = {
  what: 'An attacker comes through the proxy in front, and the access log has its address for everybody',
  alert: 'KingfisherSecurityViolationsHigh',
  inject: (host) =>
    host.outside('clients', [
      { from, perSecond: 10 },
      { from, perSecond: 1.5, name: 'mobile', token: 'valid' },
      { from, perSecond: 1.5, name: 'dashboard', token: 'valid' },
    ]),
  mend: (host) => host.outside('clients', []),
  expects: {
    ending: 'escalated',
    cause: 'SourceShared',
    changes: [],
  },
  // The counter of its rate limit, for a minute.
  touches: [],
};
