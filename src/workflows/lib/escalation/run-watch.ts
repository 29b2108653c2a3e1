import { ActivityFailure, proxyLocalActivities } from '@temporalio/workflow';
import type { CoordinationActivities } from '../../../activities/control/types';
import type { Subject } from '../../../shared/escalation';

const { observeRun } = proxyLocalActivities<CoordinationActivities>({
  startToCloseTimeout: '3s',
  retry: { maximumAttempts: 2, initialInterval: 200 },
});

/**
 * How the run that is paged about ended, or undefined while it is open or cannot be observed: paging must not depend on
 * knowing. A run that continued as new is open.
 */
export async function endOf({ workflowId, runId }: Subject): Promise<string | undefined> {
  try {
    const { open, status } = await observeRun({ workflowId, runId });
    return open || status === 'CONTINUED_AS_NEW' ? undefined : status;
  } catch (err) {
    if (err instanceof ActivityFailure) return undefined;
    throw err;
  }
}

const ENDED: Record<string, string> = {
  COMPLETED: 'ended without closing its page',
  FAILED: 'failed',
  TERMINATED: 'was terminated',
  CANCELLED: 'was cancelled',
  TIMED_OUT: 'ran out of its time',
  NOT_FOUND: 'is not there',
};

/** For people. */
export function tellEnd(status: string): string {
  return `Halcyon's run ${ENDED[status] ?? 'is over'}; nothing automatic works on it`;
}
