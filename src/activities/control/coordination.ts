import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { guardId, leaseId } from '../../shared/ids';
import type { GuardView } from '../../shared/safety/guard';
import { guardStart } from '../../shared/safety/guard-start';
import { CONTROLLER_TASK_QUEUE } from '../../shared/task-queues';
import { describeChain, describeRun } from './run-status';
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
    async observeClock({ workflowId }) {
      const clock = await describeRun(client, workflowId);
      const firing = clock?.memo?.['firing'];
      return {
        isOpen: clock?.status.name === 'RUNNING',
        firing: typeof firing === 'string' ? firing : null,
      };
    },
    async endClock({ workflowId, reason }) {
      try {
        await client.workflow.getHandle(workflowId).terminate(reason);
      } catch (err) {
        if (!(err instanceof WorkflowNotFoundError)) throw err;
      }
    },
    async startClosing({ workflowId, input }) {
      const options = { workflowId, taskQueue: CONTROLLER_TASK_QUEUE, args: [input] };
      try {
        await client.workflow.start('closing', { ...options, workflowIdReusePolicy: 'REJECT_DUPLICATE' });
      } catch (err) {
        if (!(err instanceof WorkflowExecutionAlreadyStartedError)) throw err;
      }
    },
    async observeChanges({ host }) {
      try {
        const { changes } = await client.workflow.getHandle(guardId(host)).query<Partial<GuardView>>('guard');
        return changes ?? [];
      } catch (err) {
        if (err instanceof WorkflowNotFoundError) return [];
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
