import type { Client } from '@temporalio/client';
import type { IncidentView } from '../../../shared/incident';
import type { Recurrence } from '../../../shared/post-incident/checklist';
import type { RecordedIncident } from '../../../shared/record';
import type { Store } from '../../../store/store';

/** More of one cause than this are counted as this many. */
const MOST = 200;

/** Incidents that may be of the same cause: of the same page, and the same host or, where that is not known, the same alert. */
export interface Earlier {
  incidents: RecordedIncident[];
  from: Recurrence['from'];
}

/** From the record, which remembers longer; from Temporal where there is none, or it does not answer. */
export async function earlierIncidents(
  client: Client,
  store: Pick<Store, 'list' | 'read'> | null,
  of: Pick<IncidentView, 'host' | 'alertname' | 'runbook'>,
  since: Date,
): Promise<Earlier> {
  if (store !== null) {
    try {
      return { incidents: await recorded(store, of, since), from: 'record' };
    } catch {
      // Whatever is wrong with it, the recorder's log says so.
    }
  }
  return { incidents: await remembered(client, of, since), from: 'temporal' };
}

async function recorded(
  store: Pick<Store, 'list' | 'read'>,
  { host, alertname, runbook }: Parameters<typeof earlierIncidents>[2],
  since: Date,
): Promise<RecordedIncident[]> {
  const place = host === null ? { alert: alertname } : { host };
  const listed = await store.list({ ...place, since: since.toISOString(), limit: 1_000 });
  const wanted = listed.filter(
    ({ endedAt, view }) => endedAt !== null && view.runbook === runbook && view.host === host,
  );
  const incidents: RecordedIncident[] = [];
  for (const { runId } of wanted.slice(0, MOST)) {
    const incident = await store.read(runId);
    if (incident !== undefined) incidents.push(incident);
  }
  return incidents;
}

/** Those that ended by themselves, and left their view behind. */
async function remembered(
  client: Client,
  { host, alertname, runbook }: Parameters<typeof earlierIncidents>[2],
  since: Date,
): Promise<RecordedIncident[]> {
  const place = host === null ? `HalcyonAlert = "${plain(alertname)}"` : `HalcyonHost = "${plain(host)}"`;
  const over = `ExecutionStatus = "Completed" AND CloseTime >= "${since.toISOString()}"`;
  const query = `WorkflowId STARTS_WITH "incident/" AND WorkflowType = "${runbook}" AND ${place} AND ${over}`;
  const incidents: RecordedIncident[] = [];
  for await (const { workflowId, runId, startTime, closeTime } of client.workflow.list({ query })) {
    const view = (await client.workflow.getHandle(workflowId, runId).result()) as IncidentView;
    incidents.push({
      ...{ workflowId, runId, lastRunId: runId, status: 'COMPLETED', summary: '', view },
      ...{ startedAt: startTime.toISOString(), endedAt: (closeTime ?? startTime).toISOString() },
    });
    if (incidents.length === MOST) break;
  }
  return incidents.filter(({ view }) => view.host === host);
}

function plain(text: string): string {
  return text.replace(/["\\]/g, '');
}
