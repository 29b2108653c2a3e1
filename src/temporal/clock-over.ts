import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { closingId } from '../shared/ids';

/** Whether a clock has ended and everyone who heard of its incident knows that it is over. Also where there is no clock. */
export async function isClockOver(client: Client, clockId: string): Promise<boolean> {
  const clock = await describe(client, clockId);
  if (clock === undefined) return true;
  if (clock.status.name === 'RUNNING') return false;
  const firstRun = clock.raw.workflowExecutionInfo?.firstRunId ?? clock.runId;
  return (await describe(client, closingId(clockId, firstRun)))?.status.name !== 'RUNNING';
}

async function describe(client: Client, workflowId: string) {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (err) {
    if (err instanceof WorkflowNotFoundError) return undefined;
    throw err;
  }
}
