import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'OpenAI takes 35 s for each answer',
  alert: 'KingfisherAnalysisLatencyHigh',
  inject: (host) => host.outside('openai', { delayMs: 35_000 }),
  mend: (host) => host.outside('openai', {}),
  expects: {
    ending: 'healed',
    cause: 'D.4 OpenAI is slow',
    changes: ['Enable the fallback mode'],
  },
  touches: ['file /opt/kingfisher/config/kingfisher.json'],
};
