import type { Fault } from '../../gameday/fault';

const PLUGIN = '/opt/kingfisher/backend/plugins/win-rate.js';

export const fault: Fault = {
  what: 'One plugin of the pipeline cannot be loaded',
  alert: 'KingfisherPipelineFailuresHigh',
  inject: async (host) => {
    await host.spoil(PLUGIN, 'throw new Error("no model file");');
    await host.within({ analysesPerSecond: 1 });
  },
  mend: async (host) => {
    await host.within({});
    await host.restore(PLUGIN);
  },
  expects: {
    ending: 'escalated',
    cause: 'B.4 A plugin fails',
    changes: [],
  },
  touches: ['unit kingfisher.service'],
};
