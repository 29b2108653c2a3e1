import type { Fault } from '../../gameday/fault';

const PLUGIN = '/opt/kingfisher/backend/plugins/win-rate.js';

export const fault: Fault = {
  what: 'One plugin of the pipeline cannot be loaded',
  alert: 'KingfisherPipelineFailuresHigh',
  inject: (host) => host.spoil(PLUGIN, 'throw new Error("no model file");'),
  mend: (host) => host.restore(PLUGIN),
  expects: {
    ending: 'escalated',
    cause: 'B.4 A plugin fails',
    changes: [],
  },
  touches: ['unit kingfisher.service'],
};
