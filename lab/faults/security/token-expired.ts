import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'The token of a known client has expired',
  alert: 'KingfisherSecurityViolationsHigh',
  inject: (host) =>
    host.outside('clients', [
      {
        from: '192.0.2.8',
        perSecond: 2,
        name: 'dashboard',
        token: 'expired',
        tokenFile: '/var/lib/halcyon/tokens/dashboard',
      },
    ]),
  mend: (host) => host.outside('clients', []),
  expects: {
    ending: 'approved',
    cause: 'C.2 The token of a known client is not taken any more',
    changes: ['Issue a new token for dashboard'],
  },
  touches: [],
};
