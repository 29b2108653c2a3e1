import type { Fault } from '../../gameday/fault';

export const fault: Fault = {
  what: 'A rule of the firewall drops what goes to the port of RabbitMQ, and KingFisher says that it is ready all the same',
  alert: 'KingfisherOutboxEventsStuck',
  inject: async (host) => {
    await host.readyWithoutRabbitmq();
    await host.within({ eventsPerSecond: 20 });
    await host.shell(
      `nft add table inet fault; nft 'add chain inet fault in { type filter hook input priority 0; }'
      nft add rule inet fault in tcp dport 5672 drop`,
    );
  },
  mend: async (host) => {
    await host.shell('nft delete table inet fault');
    await host.within({});
    await host.readyAsUsual();
  },
  expects: {
    ending: 'escalated',
    cause: "F.2 The firewall blocks RabbitMQ's port",
    changes: [],
  },
  touches: ['unit kingfisher.service'],
};
