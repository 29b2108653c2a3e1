import type { Client } from '@temporalio/client';
import { leaseId } from '../../shared/ids';
import { guardStart } from '../../shared/safety/guard-start';
import { CONTROLLER_TASK_QUEUE } from '../../shared/task-queues';
import { describeChain } from './run-status';
import type { CoordinationActivities } from './types';

/** How workflows reach guards and leases that may not be there yet: a workflow itself can only signal one that is. */
export function createCoordinationActivities(client: Client): Omit<CoordinationActivities, 'remindPause'> {
  return {
    async requestTurn({ host, request }) {
      await client.workflow.signalWithStart('guard', {
        ...guardStart(host),
        signal: 'requestTurn',
        signalArgs: [request],
      });
    },
    async observeRun({ workflowId, runId }) {
      const run = await describeChain(client, workflowId, runId);
      const status = run?.status.name ?? 'NOT_FOUND';
      return { open: status === 'RUNNING', status };
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
