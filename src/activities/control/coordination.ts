import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { guardId, leaseId } from '../../shared/ids';
import { CONTROLLER_TASK_QUEUE } from '../../shared/task-queues';
import type { CoordinationActivities } from './types';

/** How workflows reach guards and leases that may not be there yet: a workflow itself can only signal one that is. */
export function createCoordinationActivities(client: Client): Omit<CoordinationActivities, 'remindPause'> {
  return {
    async requestTurn({ host, request }) {
      await client.workflow.signalWithStart('guard', {
        workflowId: guardId(host),
        taskQueue: CONTROLLER_TASK_QUEUE,
        args: [{ host }],
        signal: 'requestTurn',
        signalArgs: [request],
        staticSummary: `Guard of ${host}: one remediation at a time`,
      });
    },
    async observeRun({ workflowId, runId }) {
      try {
        const newest = await client.workflow.getHandle(workflowId).describe();
        const isOfChain = newest.runId === runId || newest.raw.workflowExecutionInfo?.firstRunId === runId;
        const { status } = isOfChain ? newest : await client.workflow.getHandle(workflowId, runId).describe();
        return { open: status.name === 'RUNNING', status: status.name };
      } catch (err) {
        if (err instanceof WorkflowNotFoundError) return { open: false, status: 'NOT_FOUND' };
        throw err;
      }
    },
    async requestLease(request) {
      const workflowId = leaseId(request.host, request.setting);
      await client.workflow.signalWithStart('lease', {
        workflowId,
        taskQueue: CONTROLLER_TASK_QUEUE,
        args: [{ host: request.host, setting: request.setting }],
        signal: 'requestLease',
        signalArgs: [request],
        staticSummary: `${request.setting} of ${request.host} is ${request.value} for a while: ${request.reason.slice(0, 200)}`,
      });
      return { workflowId };
    },
  };
}
