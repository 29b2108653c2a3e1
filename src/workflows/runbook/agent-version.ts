import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { activitiesAskedBy } from '../../shared/host-activities';
import type { RunbookName } from '../../shared/runbooks';
import { listed } from '../../shared/text/text';

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

/** What this page may ask for, and an agent with these activities does not know. */
export function lackingOf(activities: readonly string[], runbook: RunbookName): string[] {
  return activitiesAskedBy(runbook).filter((name) => !activities.includes(name));
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
