import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';

/**
 * How a run stands, or the newest of the runs that it continued as: an incident that is open for long goes on in new runs,
 * and who knows its first one means all of them. Undefined where there is no such run.
 */
export async function describeChain(
  client: Client,
  workflowId: string,
  firstRunId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  const first = await describeRun(client, workflowId, firstRunId);
  if (first?.status.name !== 'CONTINUED_AS_NEW') return first;
  const newest = await describeRun(client, workflowId);
  // A later incident of the same id is another chain: of the one that is asked for, only its last run is not known.
  return newest?.raw.workflowExecutionInfo?.firstRunId === firstRunId ? newest : first;
}

/** How one run stands; undefined where there is none. */
async function describeRun(
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
