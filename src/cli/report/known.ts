import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { Config } from '../../config';
import { countedAs, countedOf } from '../../shared/figures/counted';
import type { CountedIncident } from '../../shared/figures/counted';
import { INCIDENT_RUNS, queryText } from '../../shared/ids';
import type { Outcome } from '../../shared/incident';
import type { RecordedCount } from '../../store/counted';
import { describedRow } from '../incident/incident-list';
import type { IncidentRow } from '../incident/incident-list';
import { withStore } from '../incident/recorded';
import { ofTemporal } from './read-incident';

/** Each that only Temporal has is asked for by itself. */
const MOST_ASKED = 1_000;
const ASKED_AT_ONCE = 10;

/** Incidents that are known, and what is missing, for people. */
export interface Known {
  incidents: CountedIncident[];
  gaps: string[];
}

/** All that began, ended or was open since this moment: from the record, and from Temporal what the record has not. */
export async function knownSince(client: Client, { store }: Config, since: Date, host?: string): Promise<Known> {
  const hasStore = store.url !== null || store.path !== null;
  const answered = await withStore(store, (record) => record.countedSince(since, host));
  const recorded = answered ?? [];
  const { runs, left } = await unrecorded(client, recorded, since, host);
  const fresh: CountedIncident[] = [];
  let unread = 0;
  for (let at = 0; at < runs.length; at += ASKED_AT_ONCE) {
    for (const { incident, isWhole } of await Promise.all(
      runs.slice(at, at + ASKED_AT_ONCE).map((run) => ask(client, run)),
    )) {
      fresh.push(incident);
      if (!isWhole) unread += 1;
    }
  }
  const newer = new Set(fresh.map(({ runId }) => runId));
  const old = recorded.map(({ incident }) => incident).filter(({ runId }) => !newer.has(runId));
  return {
    incidents: [...old, ...fresh],
    gaps: gapsOf({ left, unread, isStoreAway: hasStore && answered === undefined, hasStore }),
  };
}

interface Missing {
  left: number;
  unread: number;
  isStoreAway: boolean;
  hasStore: boolean;
}

function gapsOf({ left, unread, isStoreAway, hasStore }: Missing): string[] {
  const forgotten = 'incidents that Temporal has forgotten are not in here';
  return [
    ...(isStoreAway ? [`The record could not be read: ${forgotten}.`] : []),
    ...(hasStore ? [] : [`No record is configured (store): ${forgotten}.`]),
    ...(left > 0 ? [`${left} incidents that are not on the record are left out, the oldest.`] : []),
    ...(unread > 0
      ? [`Of ${unread} incidents only the outcome is known: no controller answered, and the record does not have them.`]
      : []),
  ];
}

/** Runs that Temporal has and the record has not as they stand, the newest first. */
async function unrecorded(client: Client, recorded: readonly RecordedCount[], since: Date, host: string | undefined) {
  const known = new Map(recorded.map(({ lastRunId, incident }) => [lastRunId, incident.endedAt !== null]));
  const runs: WorkflowExecutionInfo[] = [];
  let left = 0;
  for await (const run of client.workflow.list({ query: queryOf(since, host) })) {
    const isOver = run.status.name !== 'RUNNING';
    if (run.status.name === 'CONTINUED_AS_NEW' || known.get(run.runId) === isOver) continue;
    if (runs.length < MOST_ASKED) runs.push(run);
    else left += 1;
  }
  return { runs, left };
}

function queryOf(since: Date, host: string | undefined): string {
  const moment = since.toISOString();
  const active = `(StartTime >= "${moment}" OR CloseTime >= "${moment}" OR ExecutionStatus = "Running")`;
  const ofHost = host === undefined ? '' : ` AND HalcyonHost = ${queryText(host)}`;
  return `${INCIDENT_RUNS} AND ${active}${ofHost}`;
}

async function ask(client: Client, { workflowId, runId }: WorkflowExecutionInfo) {
  const handle = client.workflow.getHandle(workflowId, runId);
  const incident = await ofTemporal(client, handle);
  if (incident !== undefined) return { incident: countedOf(incident), isWhole: true };
  return { incident: countedOfRow(await describedRow(client, await handle.describe())), isWhole: false };
}

/** As much as Temporal itself shows: when it began and ended, and how. */
function countedOfRow(row: IncidentRow): CountedIncident {
  const { id: workflowId, firstRunId: runId, alert: alertname, host, runbook, severity, status, outcome } = row;
  return {
    ...{ workflowId, runId, alertname, host: host === '' ? null : host, runbook, severity },
    as: countedAs(status, { outcome: outcome === '' ? null : (outcome as Outcome) }),
    ...{ isObserved: false, cause: '', startsAt: row.started, receivedAt: row.started },
    ...{ firstActionAt: null, healthyAt: null, endedAt: row.closed, pagedAt: [], acknowledgedAt: null },
  };
}
