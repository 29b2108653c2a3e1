import type { DatabaseLoad } from '../observations/latency/database-load';
import type { LoadState } from '../observations/latency/load';
import type { HealthState } from '../observations/probes';
import type { ProcessList, RecentStarts, ServiceState } from '../observations/service';
import type { BrokerNode, BrokerOverview, BrokerProtocol, QueueList } from './broker';
import type { LogPosition, LogsAnswer } from './logs';
import type { OpenFileList } from './held-files';
import type { RedisKeys, RedisOverview } from './redis';
import type { TopicName } from './topics';

/** A part of an answer, or why there is none: what fails of a topic hides nothing of the rest. */
export type Part<T> = { value: T } | { problem: string };

/** What is asked of a host. Whatever a topic does not use is left out. */
export interface TopicRequest {
  topic: TopicName;
  /** Only what contains this text, after secrets are masked. */
  match?: string;
  /** Of logs: so many lines. */
  lines?: number;
  /** Of logs: what came after this, and nothing before. */
  position?: LogPosition;
  /** Of logs, with a position: so long a new line is waited for. */
  waitMs?: number;
  /** Of performance: how long a round is. */
  windowMs?: number;
}

export interface MetricsAnswer {
  path: string;
  /** `name{label="value"} 1`, masked and cut; at most 200. */
  samples: string[];
  /** Asked for, and left out of `samples`. */
  more: number;
  /** Samples of histograms' buckets that were left out. */
  buckets: number;
  /** How the names begin that are listed. */
  prefix: string;
}

/** Rows of a table whose time is within so long before now. */
export interface TableCount {
  table: string;
  column: string;
  withinMs: number;
  rows: Part<number>;
}

/** What each topic answers. Everything in it is bounded, and masked by the agent. */
export interface TopicAnswers {
  service: { state: Part<ServiceState>; starts: Part<RecentStarts>; health: Part<HealthState> };
  logs: LogsAnswer;
  metrics: { metrics: Part<MetricsAnswer> };
  database: { counts: Part<TableCount[]>; load: Part<DatabaseLoad> };
  redis: { overview: Part<RedisOverview>; keys: Part<RedisKeys> };
  queues: {
    protocol: Part<BrokerProtocol>;
    overview: Part<BrokerOverview>;
    nodes: Part<BrokerNode[]>;
    queues: Part<QueueList>;
  };
  processes: { list: Part<ProcessList>; open: Part<OpenFileList> };
  performance: { load: Part<LoadState> };
}

/** One topic's answer, with its topic. */
export type TopicAnswer = {
  [T in TopicName]: { topic: T; answer: TopicAnswers[T]; observedAt: string };
}[TopicName];
