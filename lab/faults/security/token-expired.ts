import type { Fault } from '../../gameday/fault';

const BROUGHT = '/run/dashboard-token';
const ISSUED = '/var/lib/halcyon/tokens/dashboard.*';

export const fault: Fault = {
  what: 'The token of a known client has expired',
  alert: 'KingfisherSecurityViolationsHigh',
  inject: async (host) => {
    // Whoever runs the client brings it the token that was issued.
    const bring = `until install -m 644 ${ISSUED} ${BROUGHT}; do sleep 1; done`;
    await host.shell(`rm -f ${ISSUED} ${BROUGHT}`);
    await host.background('--unit=run-courier', '--description=A courier', '/bin/sh', '-c', bring);
    await host.outside('clients', [
      { from: '192.0.2.8', perSecond: 2, name: 'dashboard', token: 'expired', tokenFile: BROUGHT },
    ]);
  },
  mend: async (host) => {
    await host.outside('clients', []);
    await host.shell(`systemctl stop run-courier 2>/dev/null || true; rm -f ${BROUGHT}`);
  },
  expects: {
    ending: 'approved',
    cause: 'C.2 The token of a known client is not taken any more',
    changes: ['Issue a new token for dashboard'],
  },
  // The counter of its rate limit, for a minute.
  touches: ['token '],
};
