import type { Pool } from 'pg';
import type { Finding, IncidentLease, IncidentView } from '../shared/incident';
import type { Acknowledged, IncidentPage } from '../shared/paging/escalation';
import type { RecordQuery, RecordedIncident } from '../shared/record';
import type { Approval } from '../shared/safety/approval';
import type { TimelineEntry } from '../shared/timeline';

/** An incident of the record without its lists. */
export type RecordedRun = Omit<RecordedIncident, 'view'> & {
  view: Omit<IncidentView, 'timeline' | 'findings' | 'approvals' | 'leases' | 'pages' | 'acknowledgements'>;
};

interface IncidentRow {
  run_id: string;
  last_run_id: string;
  workflow_id: string;
  status: string;
  summary: string;
  started_at: Date;
  ended_at: Date | null;
  /** `timelineShown`: how many entries the view had that was written last. */
  more: RecordedRun['view'] & { timelineShown?: number };
}

const COLUMNS = 'run_id, last_run_id, workflow_id, status, summary, started_at, ended_at, more';

/** The newest by their start. */
export async function listIncidents(pool: Pool, query: RecordQuery): Promise<RecordedRun[]> {
  const { open, since, host, alert, outcome, status, limit } = query;
  const asked: [string, unknown][] = [
    ['started_at >= $', since],
    ['host = $', host],
    ['alertname = $', alert],
    ['outcome = $', outcome],
    ['status = $', status ?? (open === true ? 'RUNNING' : undefined)],
  ];
  const given = asked.filter(([, value]) => value !== undefined);
  const where = given.map(([condition], at) => `${condition}${at + 1}`).join(' AND ') || 'true';
  const { rows } = await pool.query<IncidentRow>(
    `SELECT ${COLUMNS} FROM halcyon.incidents WHERE ${where} ORDER BY started_at DESC LIMIT $${given.length + 1}`,
    [...given.map(([, value]) => value), limit],
  );
  return rows.map(runOf);
}

/**
 * The newest incidents that a person may mean: by its whole id, or by host, alert or both. `run`: the beginning of a run's
 * id. At most two of the same name.
 */
export async function findIncidents(pool: Pool, named: string, run?: string): Promise<RecordedRun[]> {
  const [first = '', ...rest] = named.split('/');
  const { rows } = await pool.query<IncidentRow>(
    `SELECT ${COLUMNS} FROM halcyon.incidents
     WHERE (workflow_id = $1 OR host = $1 OR alertname = $1 OR (alertname = $2 AND host = $3))
       AND ($4::text IS NULL OR starts_with(run_id, $4) OR starts_with(last_run_id, $4))
     ORDER BY started_at DESC LIMIT 100`,
    [named, first, rest.join('/'), run ?? null],
  );
  return rows.map(runOf);
}

/** With all that it saw, did and told, also what its view had to leave out; undefined where the record has no such run. */
export async function readIncident(pool: Pool, runId: string): Promise<RecordedIncident | undefined> {
  const { rows } = await pool.query<IncidentRow>(`SELECT ${COLUMNS} FROM halcyon.incidents WHERE run_id = $1`, [runId]);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { timelineShown = 0, ...view } = row.more;
  const list = async <T>(sql: string) => (await pool.query(sql, [runId])).rows.map((one) => withTextMoments<T>(one));
  const timeline = (await list<TimelineEntry>(STEPS)).map(withoutNulls);
  const lists = {
    timeline,
    // Those that the record has beside what the view still showed.
    timelineDropped: Math.max(0, view.timelineDropped - (timeline.length - timelineShown)),
    findings: (await list<Finding>(FINDINGS)).map(withoutNulls),
    approvals: await list<Approval>(APPROVALS),
    leases: (await list<IncidentLease & { outlives: boolean }>(LEASES)).map(leaseOf),
    pages: await list<IncidentPage>(PAGES),
    acknowledgements: (await list<Acknowledged>(ACKNOWLEDGED)).map(withoutNulls),
  };
  return { ...runOf(row), view: { ...view, ...lists } };
}

const STEPS = `
  SELECT id, at, ended_at AS "endedAt", cite, title, kind, status, detail, why, before_value AS "before",
    after_value AS "after", condition, times, last_at AS "lastAt"
  FROM halcyon.steps WHERE run_id = $1 ORDER BY id`;
const FINDINGS = `
  SELECT name, detail, cite, at, withdrawn_at AS "withdrawnAt" FROM halcyon.findings WHERE run_id = $1 ORDER BY n`;
const APPROVALS = `
  SELECT hash, subject, state, asked_at AS "askedAt", expires_at AS "expiresAt", roles, people,
    answered_by AS "answeredBy", answered_at AS "answeredAt", note
  FROM halcyon.approvals WHERE run_id = $1 ORDER BY asked_at, hash`;
const LEASES = `
  SELECT setting, value, previous, until, state, reason, detail, at, outlives
  FROM halcyon.leases WHERE run_id = $1 ORDER BY at, setting`;
const PAGES = `
  SELECT at, tier, team, team_name AS "teamName", channel, delivered, detail, collapsed, firing
  FROM halcyon.pages WHERE run_id = $1 ORDER BY firing, tier, at, team, channel`;
const ACKNOWLEDGED = `
  SELECT person AS "as", at, until, ended_at AS "endedAt"
  FROM halcyon.acknowledgements WHERE run_id = $1 ORDER BY at`;

function runOf(row: IncidentRow): RecordedRun {
  const { timelineShown: _shown, ...view } = row.more;
  return {
    ...{ runId: row.run_id, lastRunId: row.last_run_id, workflowId: row.workflow_id },
    ...{ status: row.status, summary: row.summary, view },
    ...{ startedAt: row.started_at.toISOString(), endedAt: row.ended_at?.toISOString() ?? null },
  };
}

function leaseOf({ outlives, ...lease }: IncidentLease & { outlives: boolean }): IncidentLease {
  return outlives ? { ...lease, outlives } : lease;
}

function withTextMoments<T>(row: Record<string, unknown>): T {
  const entries = Object.entries(row).map(([key, value]) => [key, value instanceof Date ? value.toISOString() : value]);
  return Object.fromEntries(entries) as T;
}

/** What may be absent is, and not null. */
function withoutNulls<T extends object>(row: T): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T;
}
