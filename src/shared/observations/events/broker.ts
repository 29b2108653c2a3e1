import type { EndpointState } from '../probes';

/** An alarm by which RabbitMQ blocks whoever publishes. Sizes are bytes; null where it does not say. */
export interface BrokerAlarm {
  kind: 'memory' | 'disk';
  node: string;
  /** Memory in use, or free space on the disk. */
  now: number | null;
  /** The most memory, or the least free space, without an alarm. */
  limit: number | null;
}

/** What RabbitMQ's management says of its nodes. */
export interface BrokerAlarms {
  /** `malformed` for anything but its list of nodes. */
  endpoint: EndpointState;
  alarms: BrokerAlarm[];
}
