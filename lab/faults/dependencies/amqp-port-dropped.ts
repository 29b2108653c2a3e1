import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'A rule of the firewall drops what goes to the port of RabbitMQ',
  alert: 'KingfisherServiceDown',
  inject: (host) => host.dropPort(5672),
  mend: (host) => host.passAllPorts(),
  expects: {
    ending: 'escalated',
    cause: "A.2 The firewall blocks a dependency's port",
    changes: [],
  },
  touches: ['unit kingfisher.service'],
};
