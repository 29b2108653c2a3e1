import type { Pool } from 'pg';
import { isWork } from '../shared/record';
import type { RecordQuery, Recorded, RecordedIncident } from '../shared/record';
import { eventQueue, pruneEvents } from './events/event-queue';
import type { EventQueue } from './events/event-queue';
import { listChanges } from './changes';
import type { ChangeRow } from './changes';
import { countedSince } from './counted';
import type { RecordedCount } from './counted';
import { migrate } from './migrate';
import { openPool } from './pool';
import type { StoreLocation } from './pool';
import { findIncidents, listIncidents, readIncident } from './read';
import type { RecordedRun } from './read';
import { followedRunbooks } from './review';
import type { FollowedRunbooks, ReviewSpan } from './review';
import { writeIncident } from './write';
import { writeWork } from './runs/write';

/** As many are removed at once: each takes its parts along. */
const PRUNED_AT_ONCE = 500;

/** The record of every incident, in a PostgreSQL of its own. Every method throws where that cannot be reached. */
export interface Store {
  /** Brings the database up to date; the names of the migrations that were applied. */
  migrate(): Promise<string[]>;
  /** Writing again, or in another order, is harmless. Whether it was the newest. */
  write(run: Recorded): Promise<boolean>;
  /** Which of these runs are on the record as over, by the id of their last run. */
  over(lastRunIds: string[]): Promise<Set<string>>;
  list(query: RecordQuery): Promise<RecordedRun[]>;
  find(named: string, run?: string): Promise<RecordedRun[]>;
  read(runId: string): Promise<RecordedIncident | undefined>;
  /** How runbooks were followed within a span. */
  followed(span: ReviewSpan): Promise<FollowedRunbooks>;
  /** Every change of a host from this moment on, the oldest first; of incidents, maintenance and leases. */
  changes(query: { host: string; since: string }): Promise<ChangeRow[]>;
  /** What figures need of all that began, ended or was open since this moment. */
  countedSince(since: Date, host?: string): Promise<RecordedCount[]>;
  /** Removes what ended before this moment; how many incidents that were. What is open stays. */
  prune(before: Date): Promise<number>;
  /** How many migrations were applied, and how many events wait. Of a database that is not up to date it may fail. */
  state(): Promise<{ migrations: number; waiting: number }>;
  /** What became of incidents, for a publisher. */
  events: EventQueue;
  close(): Promise<void>;
}

/**
 * Nothing is connected before it is needed. Writers `migrate` first; what only reads takes it as it is. `hasEvents`: what
 * becomes of incidents is to be published, too.
 */
export function openStore(location: StoreLocation, { hasEvents = false } = {}): Store {
  const pool = openPool(location);
  return {
    migrate: () => migrate(pool),
    write: (run) => (isWork(run) ? writeWork(pool, run) : writeIncident(pool, run, hasEvents)),
    over: (lastRunIds) => over(pool, lastRunIds),
    list: (query) => listIncidents(pool, query),
    find: (named, run) => findIncidents(pool, named, run),
    read: (runId) => readIncident(pool, runId),
    followed: (span) => followedRunbooks(pool, span),
    changes: (query) => listChanges(pool, query),
    countedSince: (since, host) => countedSince(pool, since, host),
    prune: (before) => prune(pool, before),
    state: () => stateOf(pool),
    events: eventQueue(pool),
    close: () => pool.end(),
  };
}

async function over(pool: Pool, lastRunIds: string[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ last_run_id: string }>(
    `SELECT last_run_id FROM halcyon.incidents WHERE last_run_id = ANY ($1) AND ended_at IS NOT NULL
     UNION ALL
     SELECT last_run_id FROM halcyon.runs WHERE last_run_id = ANY ($1) AND ended_at IS NOT NULL`,
    [lastRunIds],
  );
  return new Set(rows.map(({ last_run_id }) => last_run_id));
}

async function stateOf(pool: Pool): Promise<{ migrations: number; waiting: number }> {
  const { rows } = await pool.query<{ migrations: number; waiting: number }>(
    `SELECT (SELECT count(*)::integer FROM halcyon.migrations) AS migrations,
       (SELECT count(*)::integer FROM halcyon.events WHERE published_at IS NULL) AS waiting`,
  );
  return rows[0]!;
}

async function prune(pool: Pool, before: Date): Promise<number> {
  await pruneEvents(pool, before);
  await pruneTable(pool, 'runs', before);
  return await pruneTable(pool, 'incidents', before);
}

async function pruneTable(pool: Pool, table: 'incidents' | 'runs', before: Date): Promise<number> {
  for (let removed = 0; ;) {
    const { rowCount } = await pool.query(
      `DELETE FROM halcyon.${table} WHERE run_id IN
        (SELECT run_id FROM halcyon.${table} WHERE ended_at < $1 LIMIT ${PRUNED_AT_ONCE})`,
      [before],
    );
    removed += rowCount ?? 0;
    if ((rowCount ?? 0) < PRUNED_AT_ONCE) return removed;
  }
}
