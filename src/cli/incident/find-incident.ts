import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { INCIDENT_RUNS, queryText } from '../../shared/ids';
import { plain } from './print-timeline';
import { UsageError } from '../support/usage';

/** How commands describe their argument. */
export const INCIDENT = 'incident/<alert>/<host> as "incident list" prints it, or a part that names only one: h1';

const PREFIX = 'incident/';
const MOST_NAMED = 10;

/** Temporal has no such incident. */
export class NoIncident extends Error {}

interface Wanted {
  /** Only one that is open will do. */
  open?: boolean;
  /** Run id, or its first characters. */
  run?: string;
}

/**
 * The incident that a person means: by its whole id, or by host, alert or `alert/host` where only one fits; open ones
 * before those that are over.
 *
 * @throws Error in one line that says which there are
 */
export async function findIncident(client: Client, named: string, { open, run }: Wanted = {}): Promise<WorkflowHandle> {
  const workflowId = await findIncidentId(client, named, open);
  if (run !== undefined) return client.workflow.getHandle(workflowId, await runOf(client, workflowId, run));
  const handle = client.workflow.getHandle(workflowId);
  const { status } = await described(handle);
  if (open === true && status !== 'RUNNING') {
    throw new Error(`${plain(workflowId)} is not open; "halcyon incident list --open" names those that are`);
  }
  return handle;
}

/** The same, whether or not there is still such a run: its escalation may go on. Also the id of a lease, or of maintenance. */
export async function findIncidentId(client: Client, named: string, open = false): Promise<string> {
  const text = named.replace(/^escalation\/(lease\/)?/, (_all, lease: string | undefined) => lease ?? PREFIX);
  const isWhole = [PREFIX, 'lease/', 'maintenance/'].some((kind) => text.startsWith(kind));
  return isWhole ? text : await idOf(client, text, open);
}

/** @throws Error that says what to do when there is none */
async function described(handle: WorkflowHandle): Promise<{ status: string }> {
  try {
    return { status: (await handle.describe()).status.name };
  } catch (err) {
    if (!(err instanceof WorkflowNotFoundError)) throw err;
    throw new NoIncident(`there is no ${plain(handle.workflowId)}; "halcyon incident list" names those there are`, {
      cause: err,
    });
  }
}

async function idOf(client: Client, text: string, open: boolean): Promise<string> {
  const running = await idsOf(client, text, 'AND ExecutionStatus = "Running"');
  const ids = running.length > 0 || open ? running : await idsOf(client, text, '');
  const [only] = ids;
  if (only !== undefined && ids.length === 1) return only;
  const which = open || running.length > 0 ? 'open incident' : 'incident';
  if (only === undefined) {
    throw new NoIncident(`no ${which} is of "${plain(text)}": "halcyon incident list" names those there are`);
  }
  const names = ids.slice(0, MOST_NAMED).map((id) => plain(id));
  throw new Error(`"${plain(text)}" names more than one ${which}, say which: ${names.join(', ')}`);
}

/** Ids that have this text as their host, their alert, or both. */
async function idsOf(client: Client, text: string, more: string): Promise<string[]> {
  const ids = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query: `${INCIDENT_RUNS} ${more}` })) {
    const [alert = '', ...host] = workflowId.slice(PREFIX.length).split('/');
    if ([alert, host.join('/'), `${alert}/${host.join('/')}`].includes(text)) ids.add(workflowId);
  }
  return [...ids];
}

async function runOf(client: Client, workflowId: string, run: string): Promise<string> {
  if (!/^[0-9a-f-]{4,36}$/.test(run))
    throw new UsageError(`--run: expected a run as "incident list" shows it, got "${run}"`);
  const runs: string[] = [];
  for await (const one of client.workflow.list({ query: `WorkflowId = ${queryText(workflowId)}` })) {
    if (one.runId.startsWith(run)) runs.push(one.runId);
  }
  const [only] = runs;
  if (only !== undefined && runs.length === 1) return only;
  const why = only === undefined ? 'has no run' : 'has more than one run';
  const message = `${plain(workflowId)} ${why} that begins with ${run}: "halcyon incident list" shows them`;
  throw only === undefined ? new NoIncident(message) : new Error(message);
}
