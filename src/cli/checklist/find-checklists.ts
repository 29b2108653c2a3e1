import type { Client, WorkflowHandle } from '@temporalio/client';
import { CHECKLISTS } from '../../shared/post-incident/checklist';
import type { FollowUpView } from '../../shared/post-incident/checklist';
import { plain } from '../incident/print-timeline';
import { ask } from '../support/controller';

/** How commands describe their argument. */
export const CHECKLIST = 'a checklist, incident/<alert>/<host> that it is about, or its host or alert alone: h1';

const MOST = 500;
const MOST_NAMED = 10;
const AT_ONCE = 8;

/** One checklist in Temporal. */
export interface FoundChecklist {
  workflowId: string;
  runId: string;
  isOpen: boolean;
}

/** A checklist and how it stands; null where no controller answers. */
export interface ReadChecklist extends FoundChecklist {
  view: FollowUpView | null;
}

/** Those that are open, or all that Temporal still has, the one that began last first. */
export async function listChecklists(client: Client, { open }: { open: boolean }): Promise<FoundChecklist[]> {
  const types = CHECKLISTS.map((type) => `"${type}"`).join(', ');
  const query = `WorkflowType IN (${types})${open ? ' AND ExecutionStatus = "Running"' : ''}`;
  const found: FoundChecklist[] = [];
  for await (const { workflowId, runId, status } of client.workflow.list({ query })) {
    if (status.name === 'CONTINUED_AS_NEW') continue;
    found.push({ workflowId, runId, isOpen: status.name === 'RUNNING' });
    if (found.length === MOST) break;
  }
  return found;
}

/** Those that a person means: open ones, else those that are over. At least one. @throws Error where there is none */
export async function findChecklists(client: Client, named: string): Promise<FoundChecklist[]> {
  const fits = ({ workflowId }: FoundChecklist) => isNamed(workflowId, named);
  const open = (await listChecklists(client, { open: true })).filter(fits);
  if (open.length > 0) return open;
  const over = (await listChecklists(client, { open: false })).filter(fits);
  if (over.length > 0) return over;
  throw new Error(`there is no checklist of "${plain(named)}"; "halcyon checklist" names those that are open`);
}

/** The one that is open and that a person means. @throws Error in one line that says which there are */
export async function findOpenChecklist(client: Client, named: string): Promise<WorkflowHandle> {
  const open = (await findChecklists(client, named)).filter(({ isOpen }) => isOpen);
  const [only] = open;
  if (only === undefined) throw new Error(`nothing is open in the checklist of "${plain(named)}"`);
  if (open.length === 1) return client.workflow.getHandle(only.workflowId);
  const ids = open.slice(0, MOST_NAMED).map(({ workflowId }) => plain(workflowId));
  throw new Error(`"${plain(named)}" names more than one checklist, say which: ${ids.join(', ')}`);
}

/** What ended by itself left its view behind. */
export async function readChecklist(client: Client, found: FoundChecklist): Promise<ReadChecklist> {
  const handle = client.workflow.getHandle(found.workflowId, found.runId || undefined);
  const isDone = !found.isOpen && (await handle.describe()).status.name === 'COMPLETED';
  const view = isDone
    ? ((await handle.result()) as FollowUpView)
    : ((await ask<FollowUpView>(client, handle, 'followUp')) ?? null);
  return { ...found, view };
}

export async function readChecklists(client: Client, found: FoundChecklist[]): Promise<ReadChecklist[]> {
  const read: ReadChecklist[] = [];
  for (let at = 0; at < found.length; at += AT_ONCE) {
    read.push(...(await Promise.all(found.slice(at, at + AT_ONCE).map((one) => readChecklist(client, one)))));
  }
  return read;
}

/** `post-incident/<alert>/<host>/<run>` and `follow-up/<kind>/<host>/<day>`: by all of it, or by a part that people know. */
export function isNamed(workflowId: string, named: string): boolean {
  const [, ...parts] = workflowId.split('/');
  const [what = '', ...rest] = parts.slice(0, -1);
  const host = rest.join('/');
  const text = named.replace(/^incident\//, '');
  return workflowId === named || [what, host, `${what}/${host}`].includes(text);
}
