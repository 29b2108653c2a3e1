import type { Client } from '@temporalio/client';
import { countedOf } from '../../../shared/figures/counted';
import type { CountedIncident } from '../../../shared/figures/counted';
import { INCIDENT_RUNS, queryText } from '../../../shared/ids';
import type { IncidentView } from '../../../shared/incident';
import type { Recurrence } from '../../../shared/post-incident/checklist';
import type { Store } from '../../../store/store';

/** More of one cause than this are counted as this many. */
const MOST = 200;

/** Incidents that may be of the same cause: of the same page, and the same host or, where that is not known, the same alert. */
export interface Earlier {
  incidents: CountedIncident[];
  from: Recurrence['from'];
}

/** From the record, which remembers longer; from Temporal where there is none, or it does not answer. */
export async function earlierIncidents(
  client: Client,
  store: Pick<Store, 'countedSince'> | null,
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
  store: Pick<Store, 'countedSince'>,
  { host, alertname, runbook }: Parameters<typeof earlierIncidents>[2],
  since: Date,
): Promise<CountedIncident[]> {
  const counted = await store.countedSince(since, host ?? undefined);
  return counted
    .map(({ incident }) => incident)
    .filter((one) => one.endedAt !== null && one.runbook === runbook && one.host === host)
    .filter((one) => host !== null || one.alertname === alertname)
    .sort((a, b) => Date.parse(b.startsAt) - Date.parse(a.startsAt))
    .slice(0, MOST);
}

/** Those that ended by themselves, and left their view behind. */
async function remembered(
  client: Client,
  { host, alertname, runbook }: Parameters<typeof earlierIncidents>[2],
  since: Date,
): Promise<CountedIncident[]> {
  const place = host === null ? `HalcyonAlert = ${queryText(alertname)}` : `HalcyonHost = ${queryText(host)}`;
  const over = `ExecutionStatus = "Completed" AND CloseTime >= "${since.toISOString()}"`;
  const query = `${INCIDENT_RUNS} AND WorkflowType = "${runbook}" AND ${place} AND ${over}`;
  const incidents: CountedIncident[] = [];
  for await (const { workflowId, runId, startTime, closeTime } of client.workflow.list({ query })) {
    const view = (await client.workflow.getHandle(workflowId, runId).result()) as IncidentView;
    const times = { startedAt: startTime.toISOString(), endedAt: (closeTime ?? startTime).toISOString() };
    const run = { workflowId, runId, lastRunId: runId, status: 'COMPLETED', summary: '' };
    incidents.push(countedOf({ ...run, ...times, view }));
    if (incidents.length === MOST) break;
  }
  return incidents.filter((one) => one.host === host);
}
