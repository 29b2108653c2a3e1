import type { Client } from 'pg';
import { SESSIONS_TOLD, STATEMENTS_TOLD } from '../../shared/observations/latency/database-load';
import type {
  DatabaseLoad,
  DatabaseSession,
  DatabaseTerms,
  ScannedTable,
} from '../../shared/observations/latency/database-load';
import { errorCode } from '../errors';
import type { Redact } from '../redact';
import { withDatabase } from './database';
import { statementShape } from './statement-shape';

const SHAPE_CHARACTERS = 160;
/** A smaller table is read from end to end on purpose. */
const LARGE_BYTES = 64 * 1024 * 1024;

/** Sessions of one kind, the longest first. Each condition is ours; what it compares with is a parameter. */
const sessions = (since: string, condition: string, parameter: string) => `
  (SELECT coalesce(json_agg(s), '[]') FROM (
    SELECT pid, coalesce(usename, '') AS user, pg_blocking_pids(pid) AS "blockedBy", left(query, 10000) AS query,
      floor(extract(epoch FROM clock_timestamp() - ${since}) * 1000) AS "forMs"
    FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND ${condition}
      AND clock_timestamp() - ${since} >= ${parameter} * interval '1 millisecond'
    ORDER BY ${since} LIMIT ${SESSIONS_TOLD}) AS s)`;

/** A lock is waited for by a statement that is active; how long is told by its begin. */
const SESSIONS = `
  SELECT
    (SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
      WHERE extname = 'pg_stat_statements') AS extension,
    current_setting('max_connections')::int AS max,
    (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,
    ${sessions('query_start', "state = 'active' AND wait_event_type = 'Lock'", '$1::float8')} AS blocked,
    ${sessions('state_change', "state LIKE 'idle in transaction%'", '$2::float8')} AS idle,
    ${sessions('query_start', "state = 'active' AND wait_event_type IS DISTINCT FROM 'Lock'", '$3::float8')} AS running,
    (SELECT coalesce(json_agg(t), '[]') FROM (
      SELECT schemaname || '.' || relname AS table, pg_table_size(relid) AS bytes, seq_scan AS scans,
        coalesce(idx_scan, 0) AS "indexScans"
      FROM pg_stat_user_tables WHERE seq_scan > coalesce(idx_scan, 0) AND pg_table_size(relid) >= ${LARGE_BYTES}
      ORDER BY seq_tup_read DESC LIMIT ${SESSIONS_TOLD}) AS t) AS scanned`;

type Session = Omit<DatabaseSession, 'shape'> & { query: string | null };

interface Answered {
  extension: string | null;
  max: number;
  used: number;
  blocked: Session[];
  idle: Session[];
  running: Session[];
  scanned: ScannedTable[];
}

/**
 * What PostgreSQL is busy with, by its own statistics, on one connection.
 *
 * @throws HostError `ObservationFailed`
 */
export async function readDatabaseLoad(
  url: string,
  { blockedForMs, idleForMs, runningForMs }: DatabaseTerms,
  { redact, signal }: { redact: Redact; signal: AbortSignal },
): Promise<DatabaseLoad> {
  const shapeOf = (query: string | null) => redact(statementShape(query ?? ''), SHAPE_CHARACTERS);
  const told = (all: Session[]): DatabaseSession[] => {
    return all.map(({ query, ...rest }) => ({ ...rest, shape: shapeOf(query) }));
  };
  return await withDatabase({ url, about: 'what it is busy with', outer: signal }, async (client) => {
    const { rows } = await client.query<Answered>(SESSIONS, [blockedForMs, idleForMs, runningForMs]);
    const { extension, max, used, blocked, idle, running, scanned } = rows[0]!;
    const statements = extension === null ? [] : await readStatements(client, extension);
    return {
      connections: { used, max },
      blocked: told(blocked),
      idle: told(idle),
      running: told(running),
      scanned: scanned.map((one) => ({ ...one, table: redact(one.table, SHAPE_CHARACTERS) })),
      counted: extension === null ? 'absent' : statements === undefined ? 'malformed' : 'present',
      statements: (statements ?? []).map(({ query, calls, mean }) => {
        return { shape: shapeOf(query), calls, meanMs: Math.round(mean * 10) / 10 };
      }),
      observedAt: new Date().toISOString(),
    };
  });
}

interface Counted {
  query: string | null;
  calls: number;
  mean: number;
}

/** The document's question. Undefined where it cannot be answered: not loaded by the server, an old one, no privilege. */
async function readStatements(client: Client, schema: string): Promise<Counted[] | undefined> {
  const sql = `
    SELECT left(query, 10000) AS query, calls::float8 AS calls, mean_exec_time AS mean
    FROM ${schema}.pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    ORDER BY mean_exec_time DESC LIMIT ${STATEMENTS_TOLD}`;
  try {
    return (await client.query<Counted>(sql)).rows;
  } catch (err) {
    // Only what the server itself says no to.
    if (/^[0-9A-Z]{5}$/.test(errorCode(err))) return undefined;
    throw err;
  }
}
