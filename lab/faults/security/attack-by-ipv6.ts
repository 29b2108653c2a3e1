import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'An IPv6 address tries tokens, twenty a second',
  alert: 'KingfisherSecurityViolationsHigh',
  inject: (host) => host.outside('clients', [{ from: '2001:db8::9', perSecond: 20 }]),
  mend: (host) => host.outside('clients', []),
  expects: {
    ending: 'healed',
    cause: 'C.3 An attack: few sources send most of what is refused',
    changes: ['Block 2001:db8::9 for 2 m'],
  },
  touches: ['firewall rules'],
};
