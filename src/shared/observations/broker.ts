import type { EndpointState } from './probes';

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

/** A rule of this host's firewall that drops or rejects what goes to a port. */
export interface BlockingRule {
  /** Table and chain, `inet filter input`; with the program where it is not nftables. */
  chain: string;
  /** The rule as the program prints it, numeric, cut. */
  rule: string;
}

/** The way to RabbitMQ's port from this host. */
export interface BrokerPath {
  host: string;
  port: number;
  /** A TCP connection was made. */
  isReachable: boolean;
  /** Why none was: `timeout`, `ECONNREFUSED`; empty where one was. */
  why: string;
  /** Somebody listens on it; null where RabbitMQ is on another host. */
  isListening: boolean | null;
  /** Rules of this host that block it. */
  rules: BlockingRule[];
  /** Why the rules are not known; empty where they are. */
  rulesUnknown: string;
}
