import type { Fault } from '../../gameday/fault';
import { CONFIG, KINGFISHER } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'KingFisher refuses a setting that somebody wrote, and dies',
  alert: 'KingfisherServiceDown',
  inject: async (host) => {
    await host.spoil(CONFIG, '{"openai":{"max_qps":"eight"}}');
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
