import type { Pool } from 'pg';
import type { RecordQuery, RecordedIncident } from '../shared/record';
import { countedSince } from './counted';
import type { RecordedCount } from './counted';
import { migrate } from './migrate';
import { openPool } from './pool';
import type { StoreLocation } from './pool';
import { findIncidents, listIncidents, readIncident } from './read';
import type { RecordedRun } from './read';
import { writeIncident } from './write';

/** As many are removed at once: each takes its parts along. */
const PRUNED_AT_ONCE = 500;

/** The record of every incident, in a PostgreSQL of its own. Every method throws where that cannot be reached. */
export interface Store {
  /** Brings the database up to date; the names of the migrations that were applied. */
  migrate(): Promise<string[]>;
  /** Writing again, or in another order, is harmless. Whether it was the newest. */
  write(incident: RecordedIncident): Promise<boolean>;
  /** Which of these runs are on the record as over, by the id of their last run. */
  over(lastRunIds: string[]): Promise<Set<string>>;
  list(query: RecordQuery): Promise<RecordedRun[]>;
  find(named: string, run?: string): Promise<RecordedRun[]>;
  read(runId: string): Promise<RecordedIncident | undefined>;
  /** What figures need of all that began, ended or was open since this moment. */
  countedSince(since: Date, host?: string): Promise<RecordedCount[]>;
  /** Removes what ended before this moment; how many incidents that were. What is open stays. */
  prune(before: Date): Promise<number>;
  close(): Promise<void>;
}

/** Nothing is connected before it is needed. Writers `migrate` first; what only reads takes it as it is. */
export function openStore(location: StoreLocation): Store {
  const pool = openPool(location);
  return {
    migrate: () => migrate(pool),
    write: (incident) => writeIncident(pool, incident),
    over: (lastRunIds) => over(pool, lastRunIds),
    list: (query) => listIncidents(pool, query),
    find: (named, run) => findIncidents(pool, named, run),
    read: (runId) => readIncident(pool, runId),
    countedSince: (since, host) => countedSince(pool, since, host),
    prune: (before) => prune(pool, before),
    close: () => pool.end(),
  };
}

async function over(pool: Pool, lastRunIds: string[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ last_run_id: string }>(
    'SELECT last_run_id FROM halcyon.incidents WHERE last_run_id = ANY ($1) AND ended_at IS NOT NULL',
    [lastRunIds],
  );
  return new Set(rows.map(({ last_run_id }) => last_run_id));
}

async function prune(pool: Pool, before: Date): Promise<number> {
  for (let removed = 0; ;) {
    const { rowCount } = await pool.query(
      `DELETE FROM halcyon.incidents WHERE run_id IN
        (SELECT run_id FROM halcyon.incidents WHERE ended_at < $1 LIMIT ${PRUNED_AT_ONCE})`,
      [before],
    );
    removed += rowCount ?? 0;
    if ((rowCount ?? 0) < PRUNED_AT_ONCE) return removed;
  }
}
