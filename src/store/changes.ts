import type { Pool } from 'pg';
import type { EntryStatus } from '../shared/timeline';

/** A change of a host: what `halcyon.changes` has of it. */
export interface ChangeRow {
  /** `incident`, `maintenance` or `lease`. */
  source: string;
  workflowId: string;
  runId: string;
  n: number;
  at: Date;
  endedAt: Date | null;
  /** A person, an alert, or the workflow that had it done. */
  who: string;
  why: string | null;
  cite: string;
  title: string;
  status: EntryStatus;
  detail: string;
  before: unknown;
  after: unknown;
}

/** Those that began at this moment or later, the oldest first. */
export async function listChanges(pool: Pool, { host, since }: { host: string; since: string }): Promise<ChangeRow[]> {
  const { rows } = await pool.query<ChangeRow>(
    `SELECT source, workflow_id AS "workflowId", run_id AS "runId", n, at, ended_at AS "endedAt", who, why, cite, title,
       status, detail, before_value AS "before", after_value AS "after"
     FROM halcyon.changes WHERE host = $1 AND at >= $2 ORDER BY at, run_id, n`,
    [host, since],
  );
  return rows;
}
