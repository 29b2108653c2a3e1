import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { RecoveryActivities } from '../../activities/host/recovery-types';
import type { HostActivities } from '../../activities/host/types';
import { listed } from '../../shared/text/text';

/**
 * What a runbook may ask of its agent: runbook A may come to a full recovery. The compiler sees to it that nothing is left
 * out.
 */
const NEEDED: Record<keyof (HostActivities & RecoveryActivities), true> = {
  observeAllowed: true,
  observeService: true,
  observeRecentStarts: true,
  waitUntilStarted: true,
  observeStartLog: true,
  observeProcesses: true,
  observePort: true,
  observeLogTail: true,
  observeResources: true,
  observeHealth: true,
  observeMetrics: true,
  waitUntil: true,
  watchKingfisher: true,
  checkConfiguration: true,
  observeDependency: true,
  waitUntilDependencyClear: true,
  ensureRestarted: true,
  ensureTempFilesRemoved: true,
  ensureLogsRotated: true,
  ensureStopped: true,
  observeStrays: true,
  ensureStraysEnded: true,
  observeBackupPlan: true,
  ensureBackup: true,
  ensureBackupsPruned: true,
  observePermissions: true,
  ensurePermissions: true,
  observeTemporaryFiles: true,
  ensureTemporaryFilesCleared: true,
  observeRateLimits: true,
  ensureRateLimitsReset: true,
  observeExchanges: true,
  ensureStarted: true,
};

/** The type of Temporal's own failure of an activity that a worker does not have. To ask again cannot help. */
export const NOT_REGISTERED = 'NotFoundError';

/** How often an agent is asked, before what it fails with counts. */
export const AGENT_RETRY = {
  initialInterval: 200,
  backoffCoefficient: 2,
  maximumInterval: 5_000,
  maximumAttempts: 5,
  nonRetryableErrorTypes: [NOT_REGISTERED],
};

/** Those that an agent with these activities does not know. */
export function lackingOf(activities: readonly string[]): string[] {
  return Object.keys(NEEDED).filter((name) => !activities.includes(name));
}

/** What people are told of an agent that does not know what it is asked for. */
export function tooOld(host: string, activities: readonly string[]): string {
  return `the agent on ${host} does not know ${listed(activities)}: install the same version as the controller`;
}

/** `err`, or `AgentTooOld` in place of Temporal's failure of an activity that the agent does not have. */
export function nameTooOld(err: unknown, host: string): unknown {
  if (!(err instanceof ActivityFailure)) return err;
  const { cause, activityType } = err;
  if (!(cause instanceof ApplicationFailure) || cause.type !== NOT_REGISTERED) return err;
  return ApplicationFailure.nonRetryable(tooOld(host, [activityType]), 'AgentTooOld');
}
