import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'A known client asks for a little more than its limit allows',
  alert: 'KingfisherSecurityViolationsHigh',
  inject: (host) => host.outside('clients', [{ from: '192.0.2.7', perSecond: 3, name: 'mobile', token: 'valid' }]),
  mend: (host) => host.outside('clients', []),
  expects: {
    ending: 'approved',
    cause: 'C.1 Known clients are just over their rate limit',
    changes: ['Raise rate_limit.per_minute'],
  },
  // And the counter of its rate limit, for a minute.
  touches: ['file /opt/kingfisher/config/kingfisher.json'],
};
