import type { Condition, EndpointState } from '../observations/probes';

/** RabbitMQ by its own protocol. */
export interface BrokerProtocol {
  condition: Condition;
  endpoint: EndpointState;
}

/** `rabbitmqctl status`, by the management. Null where it does not say. */
export interface BrokerOverview {
  version: string;
  cluster: string;
  connections: number | null;
  channels: number | null;
  consumers: number | null;
  queues: number | null;
  ready: number | null;
  unacknowledged: number | null;
  /** Messages a second. */
  publishRate: number | null;
  deliverRate: number | null;
}

/** One node of the cluster. Sizes are bytes; null where it does not say. */
export interface BrokerNode {
  name: string;
  isRunning: boolean;
  uptimeMs: number | null;
  memory: { used: number | null; limit: number | null; hasAlarm: boolean };
  disk: { free: number | null; limit: number | null; hasAlarm: boolean };
  files: { used: number | null; limit: number | null };
}

export interface BrokerQueue {
  name: string;
  vhost: string;
  state: string;
  ready: number | null;
  unacknowledged: number | null;
  consumers: number | null;
}

/** `rabbitmqctl list_queues`, the fullest first. */
export interface QueueList {
  /** At most 50. */
  queues: BrokerQueue[];
  /** Of all. */
  total: number;
}
