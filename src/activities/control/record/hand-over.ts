import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { recordId } from '../../../shared/ids';
import { isWork } from '../../../shared/record';
import type { Recorded } from '../../../shared/record';
import { CONTROLLER_TASK_QUEUE } from '../../../shared/task-queues';

/** Temporal refuses payloads of two million bytes. */
const MOST_BYTES = 1_500_000;
const SHORT_DETAIL = 200;

/** Leaves what the store does not take with Temporal, in a workflow that writes it down later. Doing it again is harmless. */
export async function handOver(client: Client, run: Recorded): Promise<void> {
  const { workflowId } = run;
  try {
    await client.workflow.start('record', {
      workflowId: recordId(run),
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [fitting(run)],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: `Waits for the store, to write down ${workflowId}`,
    });
  } catch (err) {
    if (!(err instanceof WorkflowExecutionAlreadyStartedError)) throw err;
  }
}

/** Long texts are cut where all of it would not pass. */
function fitting(run: Recorded): Recorded {
  if (isWork(run) || Buffer.byteLength(JSON.stringify(run)) <= MOST_BYTES) return run;
  const { view } = run;
  const timeline = view.timeline.map(({ before: _before, after: _after, ...entry }) => ({
    ...entry,
    detail: entry.detail.slice(0, SHORT_DETAIL),
  }));
  return { ...run, view: { ...view, timeline } };
}
