import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Config } from '../../config';
import type { RecordedIncident } from '../../shared/record';
import { NoIncident, findIncident } from '../incident/find-incident';
import { describedRow } from '../incident/incident-list';
import { viewOf } from '../incident/incident-show';
import { plain } from '../incident/print-timeline';
import { findRecorded } from '../incident/recorded';

/**
 * An incident as it stands: from Temporal, which has all of it while it has the run, else from the record.
 *
 * @throws Error in one line where neither has it
 */
export async function readIncident(
  client: Client,
  config: Config,
  named: string,
  run: string | undefined,
): Promise<RecordedIncident> {
  try {
    const handle = await findIncident(client, named, run === undefined ? {} : { run });
    return (await ofTemporal(client, handle)) ?? (await unread(config, handle, run));
  } catch (err) {
    if (!(err instanceof NoIncident)) throw err;
    // Temporal forgets what ended long ago.
    const recorded = await findRecorded(config, named, run);
    if (recorded === undefined) throw err;
    return recorded;
  }
}

/** Undefined where nobody can say how it stands: no controller answers. */
export async function ofTemporal(client: Client, handle: WorkflowHandle): Promise<RecordedIncident | undefined> {
  const row = await describedRow(client, await handle.describe());
  const view = await viewOf(client, client.workflow.getHandle(row.id, row.runId), row);
  if (view === undefined) return undefined;
  const { firstRunId: runId, runId: lastRunId, id: workflowId, status, summary } = row;
  return { runId, lastRunId, workflowId, status, summary, startedAt: row.started, endedAt: row.closed, view };
}

/** What the record has of it is as new as a few seconds ago. */
async function unread(
  config: Config,
  { workflowId }: WorkflowHandle,
  run: string | undefined,
): Promise<RecordedIncident> {
  const recorded = await findRecorded(config, workflowId, run);
  if (recorded !== undefined) return recorded;
  throw new Error(
    `no controller answers, so ${plain(workflowId)} cannot be read now; it is safe in Temporal: start halcyon-controller`,
  );
}
