import type { Change, Evidence } from './change';

export type DependencyName = 'postgres' | 'redis' | 'rabbitmq';

/** As people write them. */
export const DEPENDENCY_TITLES: Readonly<Record<DependencyName, string>> = {
  postgres: 'PostgreSQL',
  redis: 'Redis',
  rabbitmq: 'RabbitMQ',
};

export type ServiceName = 'kingfisher' | DependencyName;

export type ActiveState = 'active' | 'reloading' | 'activating' | 'deactivating' | 'inactive' | 'failed';

/** One service as its manager sees it. */
export interface ServiceState {
  service: ServiceName;
  manager: 'systemd' | 'process';
  /** `kingfisher.service`, or the command line under the `process` manager. */
  unit: string;
  load: 'loaded' | 'masked' | 'not-found' | 'bad-setting' | 'error';
  active: ActiveState;
  /** systemd's SubState (`running`, `auto-restart`, `dead` …); the process state letter's word under `process`. */
  sub: string;
  /** systemd's Result: `success`, `exit-code`, `signal`, `oom-kill`, `start-limit-hit` … */
  result: string;
  /** Exit status of the last main process, where there is one. */
  exitStatus: number | null;
  /** Names this start of the service: systemd's InvocationID, or pid and start time. Empty when it never ran. */
  invocation: string;
  startedAt: string | null;
  mainPid: number | null;
  /** Automatic restarts since the unit was last started by hand (systemd's NRestarts). */
  restarts: number;
  /** Whether systemd still has a job queued for it. */
  jobPending: boolean;
  observedAt: string;
}

/** Starts of a service in the last hour, oldest first, at most 20. */
export interface RecentStarts {
  evidence: Evidence;
  startedAt: string[];
}

/** What a service and its manager said since its last start was asked for. */
export interface StartLog {
  service: ServiceName;
  /** `absent` when there is nothing to read, or nothing was said. */
  evidence: Evidence;
  /** Newest last, at most 10, masked, each cut to 300 characters: `2026-11-23T10:00:05Z python: it said so`. */
  lines: string[];
  /** What reads like the reason why it ended, from more lines than these. */
  reason: StartReason | null;
}

export interface StartReason {
  /** `configuration`: a setting is wrong; `port`: taken; `program`: cannot be loaded; `denied`: a permission; `unit`: of systemd. */
  kind: 'configuration' | 'port' | 'program' | 'denied' | 'unit' | 'error';
  /** Masked and cut to 300 characters: `PORT: Input should be a valid integer`. */
  text: string;
}

export interface ProcessInfo {
  pid: number;
  user: string;
  /** One letter as `ps` prints it: R, S, D, T (stopped), Z … */
  state: string;
  startedAt: string | null;
  rssBytes: number;
  command: string;
}

export interface ProcessList {
  processes: ProcessInfo[];
  /** Found but left out of `processes` (more than 20). */
  more: number;
}

/** Files and sockets that a process holds open. */
export interface OpenFiles {
  pid: number;
  open: number;
  /** Its soft limit; null where it has none. */
  limit: number | null;
}

export interface PortState {
  port: number;
  listening: boolean;
  /** Who listens, where the host lets us see it. */
  owner: { pid: number; command: string } | null;
  /** Where the service's own processes listen instead; empty while one of them listens on `port`. */
  elsewhere: { pid: number; ports: number[] }[];
}

/** Processes of the service that its manager does not own (H.1: King-Scripts, leftovers). */
export interface StrayList {
  processes: ProcessInfo[];
  /** Found but left out of `processes` (more than 20). */
  more: number;
}

export interface StraysEnded extends Change<StrayList> {
  /** How each ended, at most 20. */
  ended: { pid: number; command: string; how: 'TERM' | 'KILL' | 'by itself' }[];
}
