import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'One address tries tokens, twenty a second',
  alert: 'KingfisherSecurityViolationsHigh',
  inject: (host) => host.outside('clients', [{ from: '203.0.113.9', perSecond: 20 }]),
  mend: (host) => host.outside('clients', []),
  expects: {
    ending: 'healed',
    cause: 'C.3 An attack: few sources send most of what is refused',
    changes: ['Block 203.0.113.9 for 2 m'],
  },
  touches: ['firewall rules'],
};
