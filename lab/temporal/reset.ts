import type { Client } from '@temporalio/client';

/**
 * Resets the newest run of a workflow, as a person does in Temporal UI: to its first decision, so that everything is decided
 * anew, or to its last. Gives the id of the new run.
 *
 * @throws Error when it has not decided anything yet
 */
export async function resetRun(client: Client, workflowId: string, to: 'first' | 'last' = 'first'): Promise<string> {
  const { runId } = await client.workflow.getHandle(workflowId).describe();
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const decisions = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
  const point = decisions.at(to === 'first' ? 0 : -1)?.eventId;
  if (!point) throw new Error(`${workflowId} has not decided anything yet`);
  const answer = await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId, runId },
    workflowTaskFinishEventId: point,
    requestId: `reset-${runId}`,
    reason: 'tried again',
  });
  return answer.runId;
}
