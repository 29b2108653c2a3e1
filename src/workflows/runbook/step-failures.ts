import { ActivityFailure, ApplicationFailure, TimeoutFailure, isCancellation } from '@temporalio/workflow';
import type { FailureType } from '../../shared/failures';

/**
 * Whether this step failed and the runbook can go on to the next. Not so when there is no agent to go on with, when
 * somebody cancels the incident, and for a bug in the workflow, which must stop its task and not look like a finding.
 */
export function isStepFailure(err: unknown): boolean {
  if (isCancellation(err) || isFailure(err, 'AgentUnreachable')) return false;
  return err instanceof ActivityFailure || err instanceof ApplicationFailure;
}

/** Whether `err`, or the activity failure's cause, is one of Halcyon's failures of this type. */
export function isFailure(err: unknown, ...types: FailureType[]): boolean {
  return types.some((type) => failureType(err) === type);
}

export function failureType(err: unknown): string | undefined {
  const cause = err instanceof ActivityFailure ? err.cause : err;
  if (cause instanceof ApplicationFailure) return cause.type ?? undefined;
  return cause instanceof TimeoutFailure ? 'StepTimedOut' : undefined;
}

/** What the host leaves out or does not allow is not there to be done; what is paused is not done. */
export function isLeftOut(err: unknown): boolean {
  return isFailure(err, 'NotConfigured', 'NotAllowed', 'Paused');
}

/** Whether it is known that nothing of the step was begun. What any other failed step did before it failed is unknown. */
export function neverBegan(err: unknown): boolean {
  return isFailure(err, 'NotAllowed', 'AgentTooOld');
}

/** One line of why, without Temporal's wrapping. */
export function reason(err: unknown): string {
  const cause = err instanceof ActivityFailure ? (err.cause ?? err) : err;
  if (cause instanceof TimeoutFailure) return `timed out (${cause.timeoutType})`;
  return cause instanceof Error ? cause.message : String(cause);
}
