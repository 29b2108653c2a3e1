import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { IncidentView } from '../../../shared/incident';
import type { RecordedIncident } from '../../../shared/record';
import { RUNBOOK_NAMES } from '../../../shared/runbooks';
import { describeRun } from '../run-status';
import { viewOf } from './view-of';

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
    view: await viewOf<IncidentView>(client, handle, {
      query: 'timeline',
      isOver: described.status.name === 'COMPLETED',
    }),
  };
}

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
