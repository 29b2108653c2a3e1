import type { Client } from '@temporalio/client';
import type { LeaseView, SettingValue } from '../../shared/safety/lease';
import { print } from '../support/output';
import { table } from '../support/table';

interface ListOptions {
  host?: string;
  all?: boolean;
  json?: boolean;
}

type Row = LeaseView & { id: string; status: string };

const ANSWER_MS = 10_000;

/** Live deviations, one line each; with `all`, also those that are over. A line that says little still is a lease. */
export async function listLeases(client: Client, { host, all = false, json = false }: ListOptions): Promise<void> {
  const query = `WorkflowType = "lease"${all ? '' : ' AND ExecutionStatus = "Running"'}`;
  const rows: (Row | { id: string; status: string })[] = [];
  for await (const { workflowId: id, runId, status } of client.workflow.list({ query })) {
    if (status.name === 'CONTINUED_AS_NEW' || (host !== undefined && !id.startsWith(`lease/${host}/`))) continue;
    const view = await viewOf(client, id, runId);
    rows.push(view === undefined ? { id, status: status.name } : { ...view, id, status: status.name });
  }
  if (json) return print(rows.map((row) => JSON.stringify(row)));
  const missing = rows.some((row) => !('state' in row));
  const lines = rows.map(cells);
  print(rows.length === 0 ? ['no leases: every setting is as it should be'] : table([HEAD, ...lines]));
  if (!missing) return;
  process.stderr.write('halcyon: some leases did not answer: is halcyon-controller running?\n');
  process.exitCode = 1;
}

export function printLease(view: LeaseView, { json = false }: { json?: boolean }): void {
  if (json) return print([JSON.stringify(view)]);
  const { host, setting, state, original, value, current, endsAt, endedAt } = view;
  const time = endedAt === null ? `until ${endsAt}` : `ended ${endedAt}`;
  const now = current === null ? '' : `, is ${text(current)}`;
  print([
    `${state}: ${setting} of ${host}, ${text(original)} → ${text(value)}${now}, ${time}`,
    ...view.notes.slice(-3),
  ]);
}

async function viewOf(client: Client, id: string, runId: string): Promise<LeaseView | undefined> {
  try {
    return await client.connection.withDeadline(
      Date.now() + ANSWER_MS,
      async () => await client.workflow.getHandle(id, runId).query<LeaseView>('lease'),
    );
  } catch {
    return undefined;
  }
}

const HEAD = ['HOST', 'SETTING', 'CHANGE', 'STATE', 'UNTIL', 'WANTED BY'];

function cells(row: Row | { id: string; status: string }): string[] {
  if (!('state' in row)) return ['?', row.id, '?', row.status, '?', 'does not answer'];
  // Terminated by hand: nobody will undo it.
  const state = ['RUNNING', 'COMPLETED'].includes(row.status) ? row.state : `${row.state}, ${row.status}`;
  const owners = row.owners.map(({ owner, reason }) => `${owner} (${reason})`).join(', ') || '-';
  const change = `${text(row.original)} → ${text(row.value)}`;
  return [row.host, row.setting, change, state, row.endedAt ?? row.endsAt, owners];
}

function text(value: SettingValue | null): string {
  return value === null ? '?' : String(value);
}
