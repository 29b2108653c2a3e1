import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { queryText } from '../../shared/ids';
import type { MaintenanceReport } from '../../shared/maintenance';
import type { ReportDocument } from '../../shared/report/document';
import { toDocument } from '../../shared/report/maintenance-document';
import { plain } from '../incident/print-timeline';
import { ask } from '../support/controller';

/** The report of the newest maintenance run of this id, or of one run. */
export async function maintenanceDocument(
  client: Client,
  workflowId: string,
  { run }: { run: string | undefined },
): Promise<ReportDocument> {
  const handle = client.workflow.getHandle(
    workflowId,
    run === undefined ? undefined : await runOf(client, workflowId, run),
  );
  return toDocument(await reportOf(client, handle));
}

async function reportOf(client: Client, handle: WorkflowHandle): Promise<MaintenanceReport> {
  const { status } = await described(handle);
  if (status === 'COMPLETED') return (await handle.result()) as MaintenanceReport;
  const report = await ask<MaintenanceReport>(client, handle, 'maintenance');
  if (report !== undefined) return report;
  throw new Error(
    `no controller answers, so ${plain(handle.workflowId)} cannot be read now; it is safe in Temporal: start halcyon-controller`,
  );
}

async function described(handle: WorkflowHandle): Promise<{ status: string }> {
  try {
    return { status: (await handle.describe()).status.name };
  } catch (err) {
    if (!(err instanceof WorkflowNotFoundError)) throw err;
    throw new Error(`there is no ${plain(handle.workflowId)}; "halcyon schedules list" names what is scheduled`, {
      cause: err,
    });
  }
}

/** @param run the beginning of a run's id */
async function runOf(client: Client, workflowId: string, run: string): Promise<string> {
  for await (const one of client.workflow.list({ query: `WorkflowId = ${queryText(workflowId)}` })) {
    if (one.runId.startsWith(run)) return one.runId;
  }
  throw new Error(`${plain(workflowId)} has no run that begins with ${plain(run)}`);
}
