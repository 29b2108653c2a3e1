import { ActivityFailure, proxyLocalActivities } from '@temporalio/workflow';
import type { CoordinationActivities } from '../../../activities/control/types';
import type { Subject } from '../../../shared/escalation';

const { observeRun } = proxyLocalActivities<CoordinationActivities>({
  startToCloseTimeout: '3s',
  retry: { maximumAttempts: 2, initialInterval: 200 },
});

/**
 * How the run that is paged about ended, or undefined while it is open or cannot be observed: paging must not depend on
 * knowing. Runs that it continued as count for it; where the newest is not known, it is open.
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
