import { ActivityFailure, ApplicationFailure, TimeoutFailure, isCancellation } from '@temporalio/workflow';
import { NOT_REGISTERED } from '../../runbook/agent-version';
import { failureType, isFailure, reason } from '../../runbook/step-failures';

/** What one part of a task saw, or why it is not known. */
export type PartOf<T> = { seen: T } | { unknown: string } | { notConfigured: string };

/** A part that cannot be read is told by its name, and hides none of the others. Without an agent there is no part at all. */
export async function readPart<T>(look: () => Promise<T>): Promise<PartOf<T>> {
  try {
    return { seen: await look() };
  } catch (err) {
    if (isCancellation(err) || isOfAll(err)) throw err;
    // A bug in the workflow must stop its task, and not look like a host that cannot be read.
    if (!(err instanceof ActivityFailure || err instanceof ApplicationFailure)) throw err;
    return isFailure(err, 'NotConfigured') ? { notConfigured: reason(err) } : { unknown: reason(err) };
  }
}

/** The agent takes no work, or is too old to be asked: it would say no other of the next part. */
function isOfAll(err: unknown): boolean {
  const cause = err instanceof ActivityFailure ? err.cause : err;
  if (cause instanceof TimeoutFailure) return cause.timeoutType === 'SCHEDULE_TO_START';
  return failureType(err) === NOT_REGISTERED;
}
