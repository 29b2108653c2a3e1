import type { Fault } from '../../gameday/fault';
import { CONFIG, DATA } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'Every image that comes from Telegram cannot be decoded',
  alert: 'KingfisherPipelineFailuresHigh',
  inject: async (host) => {
    await host.outside('telegram', { corruptImages: true, imageEverySeconds: 3 });
    await host.within({ analysesPerSecond: 1 });
  },
  mend: async (host) => {
    await host.outside('telegram', {});
    await host.within({});
    // What came meanwhile fails for as long as it is there.
    await host.shell('find "$1/images" -type f -mmin -15 -delete', DATA);
  },
  expects: {
    ending: 'escalated',
    cause: 'B.2 Images cannot be decoded',
    changes: ['Move corrupt images to the quarantine'],
    // The more of them there are by then, the more fails.
    mayChange: ['Pause automation'],
  },
  touches: ['file /opt/kingfisher/data', 'folder /opt/kingfisher/data', `file ${CONFIG}`, 'quarantine'],
};
