import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'KingFisher takes no images although they wait, and its status says "connected"',
  alert: 'KingfisherImageProcessingStalled',
  inject: (host) => host.within({ telegramSilent: true, telegramStatusLies: true }),
  mend: (host) => host.within({}),
  expects: {
    ending: 'escalated',
    cause: 'E The downloader of KingFisher is stuck',
    changes: ['Restart KingFisher'],
  },
  touches: ['unit kingfisher.service'],
};
