import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'Redis works at a script without end, and answers nobody else',
  alert: 'KingfisherServiceDown',
  inject: (host) => host.background('redis-cli', 'EVAL', 'while true do end', '0'),
  mend: (host) => host.shell('redis-cli SCRIPT KILL'),
  expects: {
    ending: 'escalated',
    cause: 'DependencyBusy',
    changes: [],
  },
  touches: ['unit kingfisher.service'],
};
