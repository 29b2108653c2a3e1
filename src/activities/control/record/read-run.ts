import { QueryNotRegisteredError, QueryRejectedError } from '@temporalio/client';
import type { Client, WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import type { IncidentView } from '../../../shared/incident';
import type { RecordedIncident } from '../../../shared/record';
import { RUNBOOK_NAMES } from '../../../shared/runbooks';
import { describeRun } from '../run-status';

/** A controller that runs answers within milliseconds. */
const ANSWER_MS = 5_000;

/** What Temporal has of a run of an incident. `view`: null where no controller can replay it now. */
export type ReadRun = Omit<RecordedIncident, 'view'> & { view: IncidentView | null };

/** As it stands now. What ended by itself left its view behind; of others it is asked for, which Temporal writes nowhere. */
export async function readRun(client: Client, workflowId: string, runId: string): Promise<ReadRun> {
  const handle = client.workflow.getHandle(workflowId, runId);
  const described = await handle.describe();
  const first = described.raw.workflowExecutionInfo?.firstRunId || runId;
  const began = first === runId ? described : await describeRun(client, workflowId, first);
  return {
    ...{ workflowId, runId: first, lastRunId: runId, status: described.status.name },
    summary: (await described.staticSummary()) ?? '',
    startedAt: (began ?? described).startTime.toISOString(),
    endedAt: described.closeTime?.toISOString() ?? null,
    view: await viewOf(client, handle, described),
  };
}

async function viewOf(
  client: Client,
  handle: WorkflowHandle,
  { status }: WorkflowExecutionDescription,
): Promise<IncidentView | null> {
  if (status.name === 'COMPLETED') return (await handle.result()) as IncidentView;
  try {
    return await client.connection.withDeadline(Date.now() + ANSWER_MS, () => handle.query<IncidentView>('timeline'));
  } catch (err) {
    if (err instanceof QueryNotRegisteredError || err instanceof QueryRejectedError || isUnanswered(err)) return null;
    throw err;
  }
}

/** Nobody polls, or nobody answered in time. */
function isUnanswered(err: unknown): boolean {
  const codes = [err, (err as { cause?: unknown }).cause].map((one) => (one as { code?: unknown } | undefined)?.code);
  return codes.some((code) => UNANSWERED.includes(code as number));
}

/** gRPC's cancelled, deadline exceeded and failed precondition. */
const UNANSWERED = [1, 4, 9];

/** Of a run that nobody can read any more: what Temporal itself shows of it. */
export function bareIncident(run: ReadRun, described: WorkflowExecutionDescription): RecordedIncident {
  const field = (name: string) => String(described.searchAttributes[name]?.[0] ?? '');
  const runbook = RUNBOOK_NAMES.find((name) => name === described.type) ?? 'unknownAlert';
  const { startedAt } = run;
  const view: IncidentView = {
    ...{
      runbook,
      alertname: field('HalcyonAlert'),
      host: field('HalcyonHost') || null,
      outcome: null,
      state: 'closed',
    },
    ...{ severity: field('HalcyonSeverity') || 'unknown', tier: Number(field('HalcyonTier') || 0), cause: null },
    ...{
      startsAt: startedAt,
      receivedAt: startedAt,
      windowMs: null,
      received: 0,
      truncatedAlerts: 0,
      timelineDropped: 0,
    },
    ...{ labels: {}, annotations: {}, alerts: [], findings: [], timeline: [], approvals: [], leases: [] },
    measures: { receivedAt: startedAt, firstActionAt: null, healthyAt: null, closedAt: run.endedAt },
    acknowledged: null,
  };
  return { ...run, isBare: true, view };
}
