import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'A crash of the disk left images of today that cannot be decoded',
  alert: 'KingfisherPipelineFailuresHigh',
  inject: async (host) => {
    await host.addBrokenImages(4);
    await host.within({ analysesPerSecond: 1 });
  },
  remedy: (host) => host.removeBrokenImages(),
  mend: (host) => host.within({}),
  expects: {
    ending: 'healed',
    cause: 'B.2 Images cannot be decoded',
    changes: ['Move corrupt images to the quarantine'],
  },
  touches: ['file /opt/kingfisher/data', 'folder /opt/kingfisher/data', 'quarantine'],
};
