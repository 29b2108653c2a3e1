import type { Fault } from '../../gameday/fault';
import { KINGFISHER, CONFIG } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'The configuration file ends in the middle, and KingFisher dies of it',
  alert: 'KingfisherServiceDown',
  inject: async (host) => {
    await host.spoil(CONFIG, '{ "openai": ');
    await host.kill(KINGFISHER, 'KILL');
  },
  mend: async (host) => {
    await host.restore(CONFIG);
    await host.startKingfisher();
  },
  expects: {
    ending: 'escalated',
    cause: 'A.1 A start of KingFisher cannot work: it is not restarted',
    changes: [],
  },
  touches: ['unit kingfisher.service'],
};
