import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';

/**
 * How the incident that began with this run stands, whatever became of that run: one that is open for long goes on in new
 * runs, a reset in Temporal UI ends one and begins another, and old runs are deleted after their retention. Found by its
 * workflow id. Undefined where nothing is known of it.
 */
export async function describeChain(
  client: Client,
  workflowId: string,
  firstRunId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  const newest = await describeRun(client, workflowId);
  if (newest === undefined || newest.raw.workflowExecutionInfo?.firstRunId === firstRunId) return newest;
  // A later incident has its id: of the one that is asked for, only its first run can be found.
  return await describeRun(client, workflowId, firstRunId);
}

/** How one run stands, without a run id the newest; undefined where there is none. */
export async function describeRun(
  client: Client,
  workflowId: string,
  runId?: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(workflowId, runId).describe();
  } catch (err) {
    if (err instanceof WorkflowNotFoundError) return undefined;
    throw err;
  }
}
