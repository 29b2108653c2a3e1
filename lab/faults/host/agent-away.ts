import type { Fault } from '../../gameday/fault';
import { KINGFISHER } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'KingFisher and the agent of its host are down together',
  alert: 'KingfisherServiceDown',
  inject: async (host) => {
    await host.systemctl('stop', 'halcyon-agent.service');
    await host.systemctl('stop', KINGFISHER);
  },
  remedy: (host) => host.startKingfisher(),
  mend: (host) => host.systemctl('start', 'halcyon-agent.service'),
  expects: {
    ending: 'escalated',
    cause: 'AgentUnreachable',
    changes: [],
    mayChange: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service'],
  spares: ['agent'],
};
