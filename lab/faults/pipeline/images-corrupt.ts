import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'The images that come from Telegram cannot be decoded',
  alert: 'KingfisherPipelineFailuresHigh',
  inject: (host) => host.outside('telegram', { corruptImages: true }),
  mend: (host) => host.outside('telegram', {}),
  expects: {
    ending: 'healed',
    cause: 'B.2 Images cannot be decoded',
    changes: ['Quarantine corrupt images'],
  },
  touches: ['file /opt/kingfisher/data', 'folder /opt/kingfisher/data'],
};
