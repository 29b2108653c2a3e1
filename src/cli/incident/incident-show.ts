import type { Client, WorkflowHandle } from '@temporalio/client';
import type { IncidentView } from '../../shared/incident';
import { ask } from '../support/controller';
import type { RecordedIncident } from '../../shared/record';
import { describedRow, stateOf } from './incident-list';
import type { IncidentRow } from './incident-list';
import { TimelinePrinter, formatEnd, formatEndedByHand, plain } from './print-timeline';

/** Prints one run of an incident. Without a controller, what Temporal itself can tell; exit code 1 where that is little. */
export async function showIncident(
  client: Client,
  handle: WorkflowHandle,
  { json }: { json?: boolean },
): Promise<void> {
  const row = await describedRow(client, await handle.describe());
  const view = await viewOf(client, handle, row);
  if (view === undefined) return tellLittle(row, json === true);
  printIncident(view, row, json === true);
}

/** As the record has it, where Temporal has it no longer. */
export function showRecorded({ view, ...run }: RecordedIncident, { json }: { json?: boolean }): void {
  const { status, workflowId: id } = run;
  printIncident(
    view,
    { id, status, state: stateOf({ status, state: view.state, outcome: view.outcome ?? '' }) },
    json === true,
  );
}

function printIncident(view: IncidentView, row: Pick<IncidentRow, 'id' | 'status' | 'state'>, json: boolean): void {
  if (json) return write([JSON.stringify({ ...view, status: row.status }, null, 2)]);
  const printer = new TimelinePrinter((line) => write([line]));
  printer.update(view);
  write([isEndedByHand(row) ? formatEndedByHand(view, row.state) : formatEnd(view, row.id)]);
}

/** A run that ended by itself left its view behind as its result. */
export async function viewOf(
  client: Client,
  handle: WorkflowHandle,
  { status }: IncidentRow,
): Promise<IncidentView | undefined> {
  if (status === 'COMPLETED') return (await handle.result()) as IncidentView;
  return await ask<IncidentView>(client, handle, 'timeline');
}

function isEndedByHand({ status }: Pick<IncidentRow, 'status'>): boolean {
  return status !== 'RUNNING' && status !== 'COMPLETED';
}

function tellLittle(row: IncidentRow, json: boolean): void {
  if (json) write([JSON.stringify(row, null, 2)]);
  else write([`${row.state}: ${plain(row.id)}, since ${row.started}: ${plain(row.summary)}`]);
  process.stderr.write(
    'halcyon: no controller answers, so its timeline cannot be read now; it is safe in Temporal: start halcyon-controller\n',
  );
  process.exitCode = 1;
}

function write(lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
