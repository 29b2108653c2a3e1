import type { Fault } from '../../gameday/fault';
import { CONFIG } from '../../gameday/fault-host';

/** Fewer than the agent moves to the quarantine at a time, and far more failures than those from which automation is paused. */
const IMAGES = 40;

export const fault: Fault = {
  what: 'Somebody copied many broken images among those of today: each analysis fails on every one of them',
  alert: 'KingfisherPipelineFailuresHigh',
  inject: async (host) => {
    await host.addBrokenImages(IMAGES);
    await host.within({ analysesPerSecond: 1 });
  },
  remedy: (host) => host.removeBrokenImages(),
  mend: async (host) => {
    await host.removeBrokenImages();
    await host.within({});
  },
  expects: {
    ending: 'healed',
    cause: 'B.2 Images cannot be decoded',
    changes: ['Pause automation', 'Move corrupt images to the quarantine'],
  },
  touches: ['file /opt/kingfisher/data', 'folder /opt/kingfisher/data', `file ${CONFIG}`, 'quarantine'],
};
