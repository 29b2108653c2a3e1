import type { Change, FileCount, ServiceName, ServiceState } from '../../shared/observations/observations';
import type { Permitted } from '../../shared/safety/permit';
import type {
  BackupPlan,
  BackupState,
  ExchangeState,
  PermissionCount,
  RateLimitCount,
  StrayList,
  StraysEnded,
} from '../../shared/observations/recovery-observations';

/** The nine steps of H as desired states, and what each would do. The rules of `HostActivities` hold here too. */
export interface RecoveryActivities {
  /** H.1: the unit is stopped and stays so. Errors: `NotConfigured`, `NotInDesiredState`. */
  ensureStopped(input: Permitted<{ service: ServiceName }>): Promise<Change<ServiceState>>;
  /** H.1 dry run: processes of the service's user or install folder outside its unit. */
  observeStrays(): Promise<StrayList>;
  /** H.1: none of them is left: TERM, deadline, KILL. Never self, ancestors, the agent, editors, tails, database clients. */
  ensureStraysEnded(input: Permitted<{ graceMs: number }>): Promise<StraysEnded>;
  /** H.2 dry run. `day` is `YYYY-MM-DD`. */
  observeBackupPlan(input: { day: string }): Promise<BackupPlan>;
  /**
   * H.2: a complete, verified copy of the day's images under `<backup root>/<id>`. Heartbeats its position; a retry goes
   * on where the last attempt stopped. Errors: `NotEnoughSpace`, `UnsafeSelector`, `ImagesNotFound`,
   * `BackupMismatch`.
   */
  ensureBackup(input: Permitted<{ id: string; day: string }>): Promise<Change<BackupState>>;
  /** Older backups go by count and age; never the newest complete one, never the one named. */
  ensureBackupsPruned(input: Permitted<{ keep: string }>): Promise<Change<FileCount>>;
  /** H.3 dry run. */
  observePermissions(): Promise<PermissionCount>;
  /**
   * H.3. More differences than `limit`, or than the agent's own limits without or with a person's approval, fail with
   * `UnsafeSelector` and change nothing.
   */
  ensurePermissions(input: Permitted<{ limit: number; isApproved?: boolean }>): Promise<Change<PermissionCount>>;
  /** H.4 dry run. */
  observeTemporaryFiles(input: { olderThanMs: number }): Promise<FileCount>;
  /** H.4: `data/temp/*` and `/tmp/kingfisher-*` by age and owner; never through a link, across a mount, or a backup. */
  ensureTemporaryFilesCleared(input: Permitted<{ olderThanMs: number }>): Promise<Change<FileCount>>;
  /** H.5 dry run. */
  observeRateLimits(): Promise<RateLimitCount>;
  /** H.5: no `ratelimit:*` key is left in the configured database; every other key is. */
  ensureRateLimitsReset(input: Permitted): Promise<Change<RateLimitCount>>;
  /** H.6: RabbitMQ has the exchanges that KingFisher needs. */
  observeExchanges(): Promise<ExchangeState>;
  /** H.8: the service runs; started if it does not. Errors: `UnitMasked`, `UnitUnusable`, `NotInDesiredState`. */
  ensureStarted(input: Permitted<{ service: ServiceName }>): Promise<Change<ServiceState>>;
}
