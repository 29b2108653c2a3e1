import { CancellationScope, getExternalWorkflowHandle, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { CoordinationActivities } from '../../activities/control/types';
import { leaseId } from '../../shared/ids';
import type { LeaseRequest } from '../../shared/safety/lease';
import { CONTROLLER_TASK_QUEUE } from '../../shared/task-queues';
import { releaseLeaseSignal } from '../messages';

const REQUEST_WITHIN_MS = 60_000;

/** Asks for a temporary change, which from then on has a life of its own. Asking again renews it. Its workflow id. */
export async function requestLease(wish: LeaseRequest): Promise<string> {
  const { requestLease: request } = proxyActivities<CoordinationActivities>({
    taskQueue: CONTROLLER_TASK_QUEUE,
    startToCloseTimeout: 10_000,
    scheduleToCloseTimeout: REQUEST_WITHIN_MS,
    summary: `Lease ${wish.setting} = ${JSON.stringify(wish.value)} until ${wish.until}`,
  });
  return (await request(wish)).workflowId;
}

/** An incident gives its lease up: it is undone when nobody else wants it. Also while the incident is cancelled. */
export async function releaseLease(
  lease: { host: string; setting: string },
  { owner, reason }: { owner: string; reason: string },
): Promise<void> {
  const handle = getExternalWorkflowHandle(leaseId(lease.host, lease.setting));
  try {
    await CancellationScope.nonCancellable(
      async () => await handle.signal(releaseLeaseSignal, { owner, by: owner, reason }),
    );
  } catch (err) {
    if (isCancellation(err)) throw err;
    // It is over already.
  }
}
