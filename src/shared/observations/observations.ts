/**
 * What an agent sees on its host. Plain JSON: these values cross the wire and stay in Temporal's history, so each is
 * bounded (text is cut, secrets are masked by the agent before they leave the host).
 *
 * Times are ISO 8601 in UTC by the host's clock; sizes are bytes; durations are milliseconds.
 */

export type DependencyName = 'postgres' | 'redis' | 'rabbitmq';
export type ServiceName = 'kingfisher' | DependencyName;

/**
 * How good a piece of evidence is. Everything but `present` is a finding with a name, never read as good and never a
 * reason to act blindly.
 */
export type Evidence = 'present' | 'absent' | 'malformed' | 'stale';

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

export interface PortState {
  port: number;
  listening: boolean;
  /** Who listens, where the host lets us see it. */
  owner: { pid: number; command: string } | null;
  /** Where the service's own processes listen instead; empty while one of them listens on `port`. */
  elsewhere: { pid: number; ports: number[] }[];
}

export type Answer =
  /** It answered as a healthy one does. */
  | 'ok'
  /** It answered, and says that it is not well (HTTP status other than 2xx, `LOADING`, "starting up"). */
  | 'unhealthy'
  /** Something answered in another protocol or with an unreadable body. */
  | 'malformed'
  /** Wrong credentials or no permission: it is up, Halcyon's configuration is not right. */
  | 'denied'
  | 'refused'
  | 'timeout'
  | 'error';

/** One endpoint asked once. */
export interface EndpointState {
  answer: Answer;
  /** HTTP status where there is one. */
  status: number | null;
  latencyMs: number;
  /** What it said, masked and cut to 500 characters; the error's text where it said nothing. */
  detail: string;
}

/** `/health` and `/ready` of KingFisher, asked together. */
export interface HealthState {
  health: EndpointState;
  ready: EndpointState;
  /** Checks that `/ready` itself names as failing, as `name: reason`. */
  failingChecks: string[];
  /** Dependencies that this host has and that `/ready` does not say to be well: nobody checked them. */
  unchecked: DependencyName[];
  observedAt: string;
}

/** What waiting for health ended with. */
/** The standing of a KingFisher that answers as it should. */
export const WELL = 'well';

/** `/health` and `/ready` answer as they should. */
export function isHealthy({ health, ready }: Pick<HealthState, 'health' | 'ready'>): boolean {
  return health.answer === 'ok' && ready.answer === 'ok';
}

/** In words that stay the same while nothing changes: no times, no process numbers, no texts of errors. */
export function standingOf(health: HealthState, service: ServiceState | undefined): string {
  if (isHealthy(health)) return WELL;
  const failing = health.failingChecks.map((check) => check.split(':')[0]!).sort();
  const checks = failing.length === 0 ? '' : ` (${failing.join(', ')})`;
  return `${unitOf(service)}/health ${health.health.answer}, /ready ${health.ready.answer}${checks}`;
}

/** One that is masked cannot be started: without its mask it stands otherwise. */
function unitOf(service: ServiceState | undefined): string {
  if (service === undefined || service.active === 'active') return '';
  return `unit ${service.load === 'loaded' ? '' : `${service.load}, `}${service.active}, `;
}

/** What one long look at KingFisher is for. Times are milliseconds. */
export interface WatchRequest {
  /** How it stood last, by an earlier reading; null when nobody knows: the first that holds is the answer. */
  seen: string | null;
  /** It is expected to be well: the moment it is not is an answer. Else only another way of not being well that lasts. */
  isMended: boolean;
  /** The start that it runs in, so that another one is an answer too; null: the one that is seen first. */
  invocation: string | null;
  /** How long it must be well to count as well. */
  wellForMs: number;
  forMs: number;
}

/** How KingFisher stands, as one long look at it ends. */
export interface StandingReading {
  /** `well`, or what is not, in words that stay the same while nothing changes. */
  standing: string;
  /**
   * - `changed`: it stands otherwise than when the look began, and has held that.
   * - `restarted`: it is well, in another start than the one asked about.
   * - `brokeAnew`: it was well for a moment of the look, and is not any more, in whatever way.
   * - `unchanged`: the time of the look is over.
   */
  ended: 'changed' | 'restarted' | 'brokeAnew' | 'unchanged';
  /** Milliseconds for which it has stood so, by the agent's own steady clock. */
  heldMs: number;
  /** Of the service as last seen; empty while unknown. */
  invocation: string;
  /** Starts that systemd made by itself since the service was last started by somebody. */
  restarts: number;
  observedAt: string;
}

/** What a dependency is up to, by all that was seen of it. Only what is `down` is restarted. */
export type Condition =
  /** It does its work. */
  | 'well'
  /** A start or a stop is under way: PostgreSQL's 57P03, Redis' LOADING, a unit that is activating. */
  | 'starting'
  /** It takes connections and has no time or room for ours: 53300, BUSY, an answer that was late. */
  | 'busy'
  /** It runs and refuses to work, to keep what it holds safe: MISCONF, a memory or disk alarm, read-only. */
  | 'protecting'
  /** It refuses Halcyon's credentials, certificate or database. */
  | 'refused'
  | 'down';

/**
 * What `/metrics` answers when it is asked as Prometheus asks. `endpoint.answer` is `ok` only for a body that Prometheus can
 * read; any other body of a 2xx is `malformed`. Its detail holds the first words of what cannot be read, and nothing else.
 */
export interface MetricsState {
  /** Path that was asked. */
  path: string;
  endpoint: EndpointState;
  /** As the answer's header says it, masked; null without an answer or a header. */
  contentType: string | null;
  /** What the body is; null without an answer. */
  format: MetricsFormat | null;
  /** Samples in the first 64 KiB. */
  samples: number;
  observedAt: string;
}

export type MetricsFormat = 'prometheus' | 'json' | 'html' | 'empty' | 'other';

export interface DependencyState {
  dependency: DependencyName;
  condition: Condition;
  /** What it said, or what was seen of it, masked; empty when it is well and has nothing to say. */
  why: string;
  endpoint: EndpointState;
  /** RabbitMQ's management overview, where configured. */
  management: EndpointState | null;
  /** State of its unit, where it could be observed. */
  unit: ServiceState | null;
  /** The file system of its data, where the folder is known. */
  disk: DiskState | null;
  observedAt: string;
}

export interface LogTail {
  path: string;
  evidence: Evidence;
  /** Last lines, masked, each cut to 300 characters, together at most 8 KiB. */
  lines: string[];
  /** When the file was last written. */
  modifiedAt: string | null;
  sizeBytes: number;
}

export interface DiskState {
  path: string;
  /** Where its file system is mounted; empty where the host does not say. */
  mount: string;
  /** Mounted read-only, also by the kernel after an error of the disk. */
  readOnly: boolean;
  totalBytes: number;
  availableBytes: number;
  usedPercent: number;
  inodesUsedPercent: number;
  /** Below the agent's configured floor of free bytes or inodes. */
  full: boolean;
}

export interface Resources {
  memory: { totalBytes: number; availableBytes: number };
  disks: DiskState[];
  /** File systems that hold dependencies' data and none of KingFisher's: the runbook frees no space there. */
  dependencyDisks: DiskState[];
  load1: number;
  /** Kernel out-of-memory kills in the last hour, from the kernel log; `absent` when it cannot be read. */
  oomKills: { evidence: Evidence; victims: string[] };
  observedAt: string;
}

export interface ConfigurationCheck {
  evidence: Evidence;
  valid: boolean;
  /** Output of the check, masked and cut to 1,000 characters. */
  output: string;
}

/** A desired-state activity's answer: what was there, what is there now, and whether anything had to be done. */
export interface Change<T> {
  before: T;
  after: T;
  changed: boolean;
  /** Anything the reader should know, such as files that were left alone. */
  notes: string[];
}

export interface FileCount {
  files: number;
  bytes: number;
}
