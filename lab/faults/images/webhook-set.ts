import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'Somebody set a webhook, and the bot gets no updates',
  alert: 'KingfisherImageProcessingStalled',
  inject: (host) => host.outside('telegram', { webhookUrl: 'https://example.com/' }),
  mend: (host) => host.outside('telegram', {}),
  expects: {
    ending: 'escalated',
    cause: 'E.3 The bot is not set up as it must be',
    changes: [],
  },
  touches: [],
};
