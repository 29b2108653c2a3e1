import type { Client } from '@temporalio/client';
import { errorText } from '../../../host/errors';
import { countedAs } from '../../../shared/figures/counted';
import type { CountedIncident } from '../../../shared/figures/counted';
import { INCIDENT_RUNS, queryText } from '../../../shared/ids';
import type { Outcome } from '../../../shared/incident';
import type { ReviewRequest } from '../../../shared/report/review';
import type { FollowedRunbooks } from '../../../store/review';
import type { Store } from '../../../store/store';

/** As many incidents of Temporal's visibility are read at the most. */
const LISTED = 10_000;

/** Incidents of a span, by the record, or by what Temporal still lists: then nobody knows of their steps. */
export interface PastIncidents {
  source: 'record' | 'temporal';
  /** Why not the record; empty where it is. */
  detail: string;
  incidents: CountedIncident[];
  followed: FollowedRunbooks | null;
}

interface Sources {
  client: Client;
  store: Store | null;
}

/** A record that is away is no reason to know nothing. */
export async function pastIncidents({ client, store }: Sources, span: ReviewRequest): Promise<PastIncidents> {
  let detail = 'there is no record (store)';
  if (store !== null) {
    try {
      const counted = await store.countedSince(new Date(span.since));
      const incidents = counted.map(({ incident }) => incident).filter((one) => isOf(one, span));
      return { source: 'record', detail: '', incidents, followed: await store.followed(span) };
    } catch (err) {
      detail = `the record cannot be read (${errorText(err)})`;
    }
  }
  return { source: 'temporal', detail, incidents: await listed(client, span), followed: null };
}

function isOf({ host, receivedAt }: CountedIncident, span: ReviewRequest): boolean {
  const at = Date.parse(receivedAt);
  return (host === span.host || host === null) && at >= Date.parse(span.since) && at < Date.parse(span.until);
}

async function listed(client: Client, { host, since, until }: ReviewRequest): Promise<CountedIncident[]> {
  const ofHost = `(HalcyonHost = ${queryText(host)} OR HalcyonHost IS NULL)`;
  const query = `${INCIDENT_RUNS} AND ${ofHost} AND StartTime >= "${since}" AND StartTime < "${until}"`;
  const incidents: CountedIncident[] = [];
  for await (const run of client.workflow.list({ query })) {
    // What goes on in a new run is listed with that.
    if (run.status.name === 'CONTINUED_AS_NEW') continue;
    const field = (name: string) => String(run.searchAttributes[name]?.[0] ?? '');
    const outcome = (field('HalcyonOutcome') || null) as Outcome | null;
    const startsAt = run.startTime.toISOString();
    incidents.push({
      ...{ workflowId: run.workflowId, runId: run.runId, alertname: field('HalcyonAlert') },
      ...{ host: field('HalcyonHost') || null, runbook: run.type, severity: field('HalcyonSeverity') },
      ...{ as: countedAs(run.status.name, { outcome }), isObserved: false, cause: '' },
      // When it was well again stands in no list.
      ...{ startsAt, receivedAt: startsAt, firstActionAt: null, healthyAt: null },
      ...{ endedAt: run.closeTime?.toISOString() ?? null, pagedAt: [], acknowledgedAt: null },
    });
    if (incidents.length === LISTED) break;
  }
  return incidents;
}
