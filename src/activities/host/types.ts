import type {
  Change,
  ConfigurationCheck,
  DependencyName,
  DependencyState,
  FileCount,
  HealthState,
  LogTail,
  MetricsState,
  PortState,
  ProcessList,
  RecentStarts,
  Resources,
  ServiceName,
  ServiceState,
  StandingReading,
  StartLog,
  WatchRequest,
} from '../../shared/observations/observations';
import type { AllowedState } from '../../shared/safety/allowance';
import type { Permitted } from '../../shared/safety/permit';
import type { ReadingName, Readings, Verdict, WaitRequest } from '../../shared/observations/readings';

/**
 * What an agent can be asked for. `observe*` only reads; `waitUntil*` reads until a condition or a deadline, heartbeats
 * and is resumable; `ensure*` states what shall be, acts only on a difference, and observes again.
 *
 * A request names services and things by the words of the system, never by unit, path or address: the agent's own
 * configuration says what those are on its host (the allow-list of promise 9). What is not configured fails with
 * `NotConfigured`.
 *
 * Every `ensure*` takes the permit of whoever asks with its input. It fails with `NoPermit` where there is none, with
 * `NotAllowed` where `agent.allow` does not name what it needs, with `StaleToken` when the agent saw a newer permit, and
 * with `Paused` while the host's pause file exists.
 */
export interface HostActivities {
  /** Before anything: what may be done on this host, and what this agent can be asked for. */
  observeAllowed(): Promise<AllowedState>;
  /** A.diagnosis: unit and process state. Errors: `NotConfigured`, `ObservationFailed`. */
  observeService(input: { service: ServiceName }): Promise<ServiceState>;
  /** A.diagnosis: how often the service was started in the last hour. */
  observeRecentStarts(input: { service: ServiceName }): Promise<RecentStarts>;
  /**
   * Waits until no start or stop of the service is under way, or the deadline; never throws for one that takes longer.
   * systemd's pause before a start of its own is not waited for.
   */
  waitUntilStarted(input: { service: ServiceName; deadlineMs: number }): Promise<ServiceState>;
  /** What the service and its manager said since its last start was asked for: why it could not start. */
  observeStartLog(input: { service: ServiceName }): Promise<StartLog>;
  /** A.diagnosis: `ps aux | grep kingfisher`, by user and install folder instead of by text. */
  observeProcesses(): Promise<ProcessList>;
  /** A.diagnosis: `lsof -i :8201`. */
  observePort(): Promise<PortState>;
  /** A.diagnosis: `tail -50 service.log`. */
  observeLogTail(input: { lines: number }): Promise<LogTail>;
  /** A.diagnosis: `free -h`, `df -h`. */
  observeResources(): Promise<Resources>;
  /** `/health` and `/ready`, once. */
  observeHealth(): Promise<HealthState>;
  /** What the alerts are made of: whether Prometheus can read `/metrics`. Never throws for "it cannot". */
  observeMetrics(): Promise<MetricsState>;
  /**
   * Looks until the reading has been well throughout the window. Ends early when it has settled in a state that waiting
   * cannot change. Never throws because it is not well.
   */
  waitUntil<R extends ReadingName>(input: WaitRequest<R>): Promise<Verdict<Readings[R]>>;
  /**
   * Looks at KingFisher once a second, for hours if need be, until it stands otherwise than `seen`: the moment it is not
   * well, or is well, or is not well in another way.
   */
  watchKingfisher(input: WatchRequest): Promise<StandingReading>;
  /** A.2: KingFisher's own configuration check. */
  checkConfiguration(): Promise<ConfigurationCheck>;
  /** A.2: `SELECT 1`, `PING`, AMQP handshake, each by its own protocol, once. */
  observeDependency(input: { dependency: DependencyName }): Promise<DependencyState>;
  /**
   * Looks at the dependency several times over seconds, until it is clear what it is: `down` is never what one look saw.
   * One that starts, and one that says nothing, is waited for until the deadline; the latter is `down` then.
   */
  waitUntilDependencyClear(input: { dependency: DependencyName; deadlineMs: number }): Promise<DependencyState>;
  /**
   * A.1, A.2: the service runs in a start other than `seenInvocation`, the one observed before the
   * step: a restart that already happened, by an earlier attempt or by another hand, is observed and not repeated.
   * Errors: `UnitMasked`, `UnitUnusable`, `NotConfigured`, `NotInDesiredState`.
   */
  ensureRestarted(input: Permitted<{ service: ServiceName; seenInvocation: string }>): Promise<Change<ServiceState>>;
  /** D.2: temporary files older than this are gone. Never follows a link, never leaves the folder's file system. */
  ensureTempFilesRemoved(input: Permitted<{ olderThanMs: number }>): Promise<Change<FileCount>>;
  /** G.1: the service's logs are rotated if they are larger than the agent's limit. */
  ensureLogsRotated(input: Permitted): Promise<Change<FileCount>>;
}
