import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { escalationPlan } from '../config';
import type { Config } from '../config';
import { leaseId } from '../shared/ids';
import type { LeaseExtension, LeaseRequest, LeaseState, LeaseView, SettingValue } from '../shared/lease';
import { CONTROLLER_TASK_QUEUE } from '../shared/task-queues';
import { printLease } from './lease-list';
import { answered } from './people';

export interface Person {
  by: string;
  reason: string;
}

interface Named {
  host: string;
  setting: string;
}

type Output = { json?: boolean };

/** One call of an agent; whoever waits longer looks again with `list`. */
const FOLLOW_MS = 60_000;
const POLL_MS = 200;

/** A person's lease. Follows it until it is in effect or given up. */
export async function applyLease(
  client: Client,
  config: Config,
  { host, setting, value, ms }: Named & { value: SettingValue; ms: number },
  { by, reason }: Person,
  output: Output,
): Promise<void> {
  const until = new Date(Date.now() + ms).toISOString();
  const escalation = escalationPlan(config);
  const { guard } = config;
  const wish: LeaseRequest = { host, setting, value, owner: by, reason, until, permit: null, guard, escalation };
  const { workflowId } = await client.workflow.signalWithStart('lease', {
    workflowId: leaseId(host, setting),
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [{ host, setting }],
    signal: 'requestLease',
    signalArgs: [wish],
    staticSummary: `${setting} of ${host} is ${JSON.stringify(value)} for a while: ${reason.slice(0, 200)}`,
  });
  const handle = client.workflow.getHandle(workflowId);
  const isSo = (view: LeaseView) => view.value === value && view.current === value && view.state === 'active';
  const view = await follow(client, handle, (seen) => isSo(seen) || isOver(seen));
  printLease(view, output);
  if (!isSo(view)) process.exitCode = 1;
}

/** Follows it until the setting is as it was, unless others still want the change. */
export async function releaseLease(
  client: Client,
  named: Named,
  { by, reason }: Person,
  { owner, ...output }: Output & { owner?: string },
): Promise<void> {
  const handle = await openLease(client, named);
  const released = await update(client, handle, 'release', { by, reason, ...(owner === undefined ? {} : { owner }) });
  const isKept = ({ owners, state }: LeaseView) => owners.length > 0 && state === 'active';
  const view = isKept(released) ? released : await follow(client, handle, (seen) => isOver(seen) || isKept(seen));
  printLease(view, output);
  if (!isKept(view) && view.state !== 'undone') process.exitCode = 1;
}

export async function extendLease(client: Client, named: Named, input: LeaseExtension, output: Output): Promise<void> {
  printLease(await update(client, await openLease(client, named), 'extend', { ...input }), output);
}

/** @throws Error that says what to do when there is none. */
async function openLease(client: Client, { host, setting }: Named): Promise<WorkflowHandle> {
  const handle = client.workflow.getHandle(leaseId(host, setting));
  try {
    const { status, runId } = await handle.describe();
    if (status.name === 'RUNNING') return handle;
    throw new Error(`the lease of ${setting} on ${host} is over (run ${runId}): halcyon leases list --all`);
  } catch (err) {
    if (!(err instanceof WorkflowNotFoundError)) throw err;
    throw new Error(`there is no lease of ${setting} on ${host}: "halcyon leases list" shows those there are`, {
      cause: err,
    });
  }
}

async function update(client: Client, handle: WorkflowHandle, name: string, input: object): Promise<LeaseView> {
  return await answered(client, () => handle.executeUpdate<LeaseView, [object]>(name, { args: [input] }));
}

/** The lease as soon as `isThere`, or as it stands at the deadline. */
async function follow(
  client: Client,
  handle: WorkflowHandle,
  isThere: (view: LeaseView) => boolean,
): Promise<LeaseView> {
  for (const deadline = Date.now() + FOLLOW_MS; ; await sleep(POLL_MS)) {
    const view = await answered(client, () => handle.query<LeaseView>('lease'));
    if (isThere(view) || Date.now() > deadline) return view;
  }
}

function isOver({ state }: LeaseView): boolean {
  return (['undone', 'overtaken', 'refused'] satisfies LeaseState[] as LeaseState[]).includes(state);
}
