/** What Temporal knows at the end: what is open, and how leases ended. */
import type { Client } from '@temporalio/client';
import { isIncidentId } from '../../src/shared/ids';
import type { LeaseView } from '../../src/shared/safety/lease';
import { close } from './people';
import { staysOpen } from './record';
import type { LeaseEnd, OpenWorkflow } from './record';
import type { ChaosSite } from './site';
import { until } from '../support/until';

const ALL_OVER_WITHIN_MS = 120_000;
/** What lists workflows hears of their ends a moment later. */
const LISTED_WITHIN_MS = 30_000;

/** People close what is open still; resolves with what does not end then. */
export async function untilAllOver(site: ChaosSite, signal: AbortSignal): Promise<OpenWorkflow[]> {
  const { client } = site.stack;
  const left = await until(async () => await openWorkflows(client), { deadlineMs: LISTED_WITHIN_MS, signal });
  await Promise.all(
    left.filter(({ workflowId }) => isIncidentId(workflowId)).map((one) => close(site, one.workflowId, signal)),
  );
  let open = left;
  const isOver = async () => {
    open = await openWorkflows(client);
    return open.every(({ type }) => staysOpen(type)) || undefined;
  };
  await until(isOver, { deadlineMs: ALL_OVER_WITHIN_MS, everyMs: 1_000, signal });
  return open;
}

async function openWorkflows(client: Client): Promise<OpenWorkflow[]> {
  const open: OpenWorkflow[] = [];
  for await (const { workflowId, runId, type } of client.workflow.list({ query: 'ExecutionStatus = "Running"' })) {
    const { status, raw } = await client.workflow.getHandle(workflowId, runId).describe();
    if (status.name !== 'RUNNING') continue;
    open.push({ workflowId, type, attempt: raw.pendingWorkflowTask?.attempt ?? 0 });
  }
  return open;
}

/** Every lease that there ever was. */
export async function leaseEnds({ workflow }: Client, signal: AbortSignal): Promise<LeaseEnd[]> {
  const ends: LeaseEnd[] = [];
  for await (const { workflowId, runId, status } of workflow.list({ query: 'WorkflowType = "lease"' })) {
    if (status.name === 'CONTINUED_AS_NEW') continue;
    const ask = async () => (await workflow.getHandle(workflowId, runId).query<LeaseView>('lease')).state;
    const hasAnswer = ['RUNNING', 'COMPLETED'].includes(status.name);
    const state = hasAnswer ? await until(ask, { deadlineMs: LISTED_WITHIN_MS, signal }) : status.name;
    ends.push({ workflowId, state: state ?? 'without an answer' });
  }
  return ends;
}
