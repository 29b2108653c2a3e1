import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'OpenAI takes fewer requests a second than KingFisher sends',
  alert: 'KingfisherPipelineFailuresHigh',
  inject: async (host) => {
    await host.outside('openai', { maxQps: 5 });
  },
  mend: (host) => host.outside('openai', {}),
  expects: {
    ending: 'healed',
    cause: 'B.1 OpenAI limits the rate of requests',
    changes: ['Reduce openai.max_qps to 4'],
  },
  touches: ['file /opt/kingfisher/config/kingfisher.json'],
};
