import type { Fault } from '../../gameday/fault';

const PLUGIN = '/opt/kingfisher/backend/plugins/win-rate.js';

export const fault: Fault = {
  what: 'One plugin of the pipeline cannot be loaded',
  alert: 'KingfisherPipelineFailuresHigh',
  inject: (host) => host.shell('cp -p "$1" "$1.good"; echo \'throw new Error("no model file");\' > "$1"', PLUGIN),
  mend: (host) => host.shell('mv "$1.good" "$1"', PLUGIN),
  expects: {
    ending: 'escalated',
    cause: 'B.4 A plugin fails',
    changes: [],
  },
  touches: ['unit kingfisher.service'],
};
