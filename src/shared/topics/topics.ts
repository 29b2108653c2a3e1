/** What people may ask a host by `halcyon commands`: the topics of the document's "Useful Commands Reference", in its order. */
export const TOPIC_NAMES = [
  'service',
  'logs',
  'metrics',
  'database',
  'redis',
  'queues',
  'processes',
  'performance',
] as const;

export type TopicName = (typeof TOPIC_NAMES)[number];

interface Topic {
  /** What the answer says. */
  says: string;
  /** The commands of the document that it stands for, as the document writes them. */
  commands: readonly string[];
  /** New lines, or new rounds, until the reader leaves. */
  canBeFollowed: boolean;
  /** The answer can be narrowed to what contains a text. */
  canBeNarrowed: boolean;
}

export const TOPICS: Readonly<Record<TopicName, Topic>> = {
  service: {
    says: "state of KingFisher's unit, its starts in the last hour, /health and /ready",
    commands: ['systemctl status kingfisher', 'curl -s http://localhost:8201/health | jq .'],
    canBeFollowed: false,
    canBeNarrowed: false,
  },
  logs: {
    says: "the last lines of KingFisher's log and of its unit's journal",
    commands: ['tail -f /var/log/kingfisher/service.log', 'journalctl -u kingfisher -f'],
    canBeFollowed: true,
    canBeNarrowed: true,
  },
  metrics: {
    says: "KingFisher's own metrics, without the buckets of histograms",
    commands: ['curl -s http://localhost:8201/metrics | grep kingfisher_'],
    canBeFollowed: false,
    canBeNarrowed: true,
  },
  database: {
    says: 'rows that were written lately, connections, sessions that wait or are in the way, slow statements',
    commands: [
      'sudo -u postgres psql zmart_core -c "SELECT COUNT(*) FROM kingfisher.liquidation_clusters WHERE created_at > NOW() - INTERVAL \'1 hour\';"',
    ],
    canBeFollowed: false,
    canBeNarrowed: false,
  },
  redis: {
    says: "state, memory and databases of Redis, and KingFisher's keys, counted by a bounded SCAN",
    commands: ['redis-cli info', 'redis-cli keys "kingfisher:*"'],
    canBeFollowed: false,
    canBeNarrowed: true,
  },
  queues: {
    says: 'state, alarms and limits of RabbitMQ, and its queues, the fullest first',
    commands: ['rabbitmqctl status', 'rabbitmqctl list_queues'],
    canBeFollowed: false,
    canBeNarrowed: false,
  },
  processes: {
    says: "KingFisher's processes, and the files, sockets and connections that its main process holds open",
    commands: ['ps aux | grep -E "(kingfisher|King-Scripts)"', 'lsof -p $(pgrep -f kingfisher)'],
    canBeFollowed: false,
    canBeNarrowed: false,
  },
  performance: {
    says: 'CPU, waiting for disks, memory, the busiest disk and processes, second by second',
    commands: ['iostat -x 1 5', 'sar -u 1 5', 'free -h'],
    canBeFollowed: true,
    canBeNarrowed: false,
  },
};

/** Whether this is the name of a topic, whoever wrote it. */
export function isTopic(name: unknown): name is TopicName {
  return TOPIC_NAMES.some((known) => known === name);
}
