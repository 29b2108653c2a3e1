import type { Pool } from 'pg';
import { causeKey, countedAs } from '../shared/figures/counted';
import type { CountedIncident } from '../shared/figures/counted';
import type { Finding, Outcome } from '../shared/incident';
import type { Mode } from '../shared/safety/safety';

interface Row {
  run_id: string;
  last_run_id: string;
  workflow_id: string;
  status: string;
  runbook: string;
  alertname: string;
  host: string | null;
  severity: string;
  mode: Mode | null;
  started_by: string | null;
  outcome: Outcome | null;
  cause_cite: string | null;
  cause_title: string | null;
  cause_evidence: string | null;
  starts_at: Date;
  received_at: Date;
  first_action_at: Date | null;
  healthy_at: Date | null;
  ended_at: Date | null;
  findings: Pick<Finding, 'name' | 'detail'>[] | null;
  paged_at: string[] | null;
  acknowledged_at: Date | null;
}

/** One of the record, with the run in which it ended. */
export interface RecordedCount {
  lastRunId: string;
  incident: CountedIncident;
}

/** As much of a finding as tells its cause. */
const MOST_DETAIL = 300;

const COUNTED = `
  SELECT i.run_id, last_run_id, workflow_id, status, runbook, alertname, host, severity, mode, started_by, outcome,
    cause_cite, cause_title, cause_evidence, starts_at, received_at, first_action_at, healthy_at, ended_at,
    f.findings, p.paged_at, a.acknowledged_at
  FROM halcyon.incidents i
  LEFT JOIN LATERAL (SELECT json_agg(json_build_object('name', name, 'detail', left(detail, ${MOST_DETAIL})) ORDER BY n) AS findings
    FROM halcyon.findings WHERE run_id = i.run_id) f ON true
  LEFT JOIN LATERAL (SELECT json_agg(at ORDER BY at) AS paged_at
    FROM halcyon.pages WHERE run_id = i.run_id AND delivered) p ON true
  LEFT JOIN LATERAL (SELECT min(at) AS acknowledged_at
    FROM halcyon.acknowledgements WHERE run_id = i.run_id) a ON true
  WHERE (started_at >= $1 OR ended_at >= $1 OR ended_at IS NULL) AND ($2::text IS NULL OR host = $2)`;

/** What figures need to know of all that began, ended or was open since this moment; `host`: only of this one. */
export async function countedSince(pool: Pool, since: Date, host?: string): Promise<RecordedCount[]> {
  const { rows } = await pool.query<Row>(COUNTED, [since, host ?? null]);
  return rows.map((row) => ({ lastRunId: row.last_run_id, incident: incidentOf(row) }));
}

function incidentOf(row: Row): CountedIncident {
  const { status, outcome, mode, runbook, alertname, host, severity } = row;
  const findings = (row.findings ?? []).map((finding) => ({ ...finding, cite: '', at: '' }));
  const { cause_cite: cite, cause_title: title, cause_evidence: evidence } = row;
  const cause = cite === null || title === null ? null : { cite, title, evidence: evidence ?? '' };
  return {
    ...{ workflowId: row.workflow_id, runId: row.run_id, alertname, host, runbook, severity },
    as: countedAs(status, { outcome, ...(mode === null ? {} : { mode }) }),
    isObserved: mode === 'observe',
    ...(row.started_by === null ? {} : { isByHand: true as const }),
    cause: causeKey({ cause, findings }),
    startsAt: row.starts_at.toISOString(),
    receivedAt: row.received_at.toISOString(),
    firstActionAt: iso(row.first_action_at),
    healthyAt: iso(row.healthy_at),
    endedAt: iso(row.ended_at),
    pagedAt: (row.paged_at ?? []).map((at) => new Date(at).toISOString()),
    acknowledgedAt: iso(row.acknowledged_at),
  };
}

function iso(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}
