import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { escalationPlan } from '../../config';
import type { Config } from '../../config';
import { leaseId } from '../../shared/ids';
import { isOver } from '../../shared/safety/lease';
import type {
  LeaseAbandonment,
  LeaseExtension,
  LeaseRelease,
  LeaseRequest,
  LeaseView,
  SettingValue,
} from '../../shared/safety/lease';
import { CONTROLLER_TASK_QUEUE } from '../../shared/task-queues';
import { KEPT, Unanswered, answered, ask } from '../support/controller';
import { isSameOwner } from '../../shared/safety/people';
import { printLease } from './lease-list';

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
  const id = randomUUID();
  const wish: LeaseRequest = { id, host, setting, value, owner: by, reason, until, turn: { guard }, escalation };
  const { workflowId } = await client.workflow.signalWithStart('lease', {
    workflowId: leaseId(host, setting),
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [{ host, setting }],
    signal: 'requestLease',
    signalArgs: [wish],
    staticSummary: `${setting} of ${host} is ${JSON.stringify(value)} for a while: ${reason.slice(0, 200)}`,
  });
  const handle = client.workflow.getHandle(workflowId);
  const isSo = (view: LeaseView) =>
    view.current === value && view.state === 'active' && view.owners.some(({ owner }) => isSameOwner(owner, by));
  const refusal = (view: LeaseView) => view.refusals.find((one) => one.id === id);
  const view = await follow(
    client,
    handle,
    (seen) => isSo(seen) || isOver(seen.state) || (refusal(seen) !== undefined && seen.state === 'active'),
  );
  if (view === undefined) return kept(handle);
  const refused = refusal(view);
  if (refused !== undefined && !isOver(view.state))
    throw new Error(`${refused.reason}; the lease in effect stays as it was`);
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
  const argument = { by, reason, ...(owner === undefined ? {} : { owner }) };
  if ((await ask<LeaseView>(client, handle, 'lease')) === undefined) {
    await handle.signal<[LeaseRelease]>('releaseLease', argument);
    return kept(handle);
  }
  const released = await update(client, handle, 'release', argument);
  const isKept = ({ owners, state }: LeaseView) => owners.length > 0 && state === 'active';
  const view = isKept(released) ? released : await follow(client, handle, (seen) => isOver(seen.state) || isKept(seen));
  if (view === undefined)
    throw new Unanswered('released; no controller answers any more that could tell when it is undone');
  printLease(view, output);
  if (!isKept(view) && view.state !== 'undone') process.exitCode = 1;
}

export async function extendLease(client: Client, named: Named, input: LeaseExtension, output: Output): Promise<void> {
  const handle = await openLease(client, named);
  if ((await ask<LeaseView>(client, handle, 'lease')) === undefined) {
    throw new Unanswered('no controller answers: the lease was not extended, and ends when its time is over');
  }
  printLease(await update(client, handle, 'extend', { ...input }), output);
}

/** Ends a lease whose undo fails; what stands there stays. */
export async function abandonLease(
  client: Client,
  named: Named,
  input: LeaseAbandonment,
  output: Output,
): Promise<void> {
  const handle = await openLease(client, named);
  if ((await ask<LeaseView>(client, handle, 'lease')) === undefined) {
    throw new Unanswered('no controller answers: the lease was not given up');
  }
  printLease(await update(client, handle, 'abandon', { ...input }), output);
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

/** The lease as soon as `isThere`, or as it stands at the deadline; undefined where no controller answers. */
async function follow(
  client: Client,
  handle: WorkflowHandle,
  isThere: (view: LeaseView) => boolean,
): Promise<LeaseView | undefined> {
  for (const deadline = Date.now() + FOLLOW_MS; ; await sleep(POLL_MS)) {
    const view = await ask<LeaseView>(client, handle, 'lease');
    if (view === undefined || isThere(view) || Date.now() > deadline) return view;
  }
}

function kept({ workflowId }: WorkflowHandle): void {
  process.stdout.write(`${workflowId}: ${KEPT}\n`);
}
