import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'OpenAI answers 503 to every request',
  alert: 'KingfisherPipelineFailuresHigh',
  inject: (host) => host.outside('openai', { down: 'http' }),
  mend: (host) => host.outside('openai', {}),
  expects: {
    ending: 'escalated',
    cause: 'FailuresUnexplained',
    changes: [],
  },
  touches: ['file /opt/kingfisher/config/kingfisher.json'],
};
