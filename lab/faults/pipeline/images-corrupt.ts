import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'The images that come from Telegram cannot be decoded',
  alert: 'KingfisherPipelineFailuresHigh',
  inject: async (host) => {
    await host.outside('telegram', { corruptImages: true, imageEverySeconds: 5 });
    await host.within({ analysesPerSecond: 1 });
  },
  mend: async (host) => {
    await host.outside('telegram', {});
    await host.within({});
  },
  expects: {
    ending: 'healed',
    cause: 'B.2 Images cannot be decoded',
    changes: ['Move corrupt images to the quarantine'],
  },
  touches: ['file /opt/kingfisher/data', 'folder /opt/kingfisher/data'],
};
