import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: "OpenAI's quota is used up",
  alert: 'KingfisherPipelineFailuresHigh',
  inject: (host) => host.outside('openai', { hasQuota: false }),
  mend: (host) => host.outside('openai', {}),
  expects: {
    ending: 'escalated',
    cause: "B.1 OpenAI's quota is used up: fewer requests do not help",
    changes: [],
  },
  touches: ['file /opt/kingfisher/config/kingfisher.json'],
};
