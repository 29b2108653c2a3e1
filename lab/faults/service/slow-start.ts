import type { Fault } from '../../gameday/fault';
import { KINGFISHER } from '../../gameday/fault-host';

export const fault: Fault = {
  what: 'KingFisher was restarted by somebody, and its start takes 12 s',
  alert: 'KingfisherServiceDown',
  inject: async (host) => {
    await host.changeUnit(KINGFISHER, 'ExecStartPre=/bin/sleep 12');
    await host.systemctl('restart', '--no-block', KINGFISHER);
  },
  mend: (host) => host.forgetUnit(KINGFISHER),
  expects: {
    ending: 'byItself',
    cause: null,
    changes: [],
    // Who may change nothing waits for no start: people are called at once.
    observed: { ending: 'escalated' },
  },
  touches: ['unit kingfisher.service'],
};
