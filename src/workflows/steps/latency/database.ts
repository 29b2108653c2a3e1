import type { DatabaseLoad, DatabaseSession } from '../../../shared/observations/latency/database-load';
import { formatDuration } from '../../../shared/text/durations';
import type { HostSteps } from '../../runbook/host-steps';
import { size } from '../../../shared/text/sizes';
import type { LatencyLimits } from './latency';

/** `SELECT query, mean_time FROM pg_stat_statements …` of the document, and what stands in others' way. */
export function observeDatabaseLoad(
  cite: string,
  { blockedForMs, idleForMs, runningForMs }: LatencyLimits,
  steps: HostSteps,
): Promise<DatabaseLoad | undefined> {
  return steps.observe(
    { cite, title: 'What PostgreSQL is busy with' },
    (host) => host.observeDatabaseLoad({ blockedForMs, idleForMs, runningForMs }),
    describeDatabase,
  );
}

export function describeDatabase({ connections, blocked, idle, running, ...counted }: DatabaseLoad): string {
  return [
    `${connections.used} of ${connections.max} connections`,
    `${blocked.length} sessions wait for locks, ${idle.length} idle in transaction, ${running.length} run for long`,
    statementsText(counted),
    scansText(counted),
  ].join('; ');
}

const TOLD = 3;

function statementsText({ counted, statements }: Pick<DatabaseLoad, 'counted' | 'statements'>): string {
  if (counted !== 'present') return `pg_stat_statements is ${counted}`;
  const told = statements.slice(0, TOLD).map(({ shape, calls, meanMs }) => `${meanMs} ms × ${calls} ${shape}`);
  return `slowest statements: ${told.length === 0 ? 'none' : told.join(' | ')}`;
}

function scansText({ scanned }: Pick<DatabaseLoad, 'scanned'>): string {
  const told = scanned.map(({ table, bytes, scans, indexScans }) => {
    return `${table} (${size(bytes)}) ${scans} times, by an index ${indexScans} times`;
  });
  return `large tables read from end to end: ${told.length === 0 ? 'none' : told.slice(0, TOLD).join(', ')}`;
}

/** What is slow in it now, and what a person can do; undefined where nothing is. What was ever counted decides nothing. */
export function databaseEvidence(database: DatabaseLoad): { evidence: string; suggestion: string } | undefined {
  const { connections, blocked, idle, running } = database;
  const said: [string, string][] = [];
  const [first] = blocked;
  if (first !== undefined) {
    const holders = [...new Set(blocked.flatMap(({ blockedBy }) => blockedBy))].slice(0, TOLD).join(', ');
    said.push([
      `${blocked.length} sessions wait for locks of ${holders}: ${sessionText(first)}`,
      `look what ${holders} does (pg_stat_activity), and end it once it is clear whose it is`,
    ]);
  }
  if (idle[0] !== undefined) {
    said.push([
      `a transaction is open and idle: ${sessionText(idle[0])}`,
      'have its program end it, or set idle_in_transaction_session_timeout',
    ]);
  }
  if (running[0] !== undefined) {
    said.push([`a statement runs for long: ${sessionText(running[0])}`, `EXPLAIN it${indexHint(database)}`]);
  }
  if (connections.used >= connections.max) {
    said.push([
      `all ${connections.max} connections are in use`,
      'see whose they are, before max_connections is raised',
    ]);
  }
  if (said.length === 0) return undefined;
  return { evidence: said.map(([what]) => what).join('; '), suggestion: said.map(([, what]) => what).join('; ') };
}

function indexHint({ scanned }: DatabaseLoad): string {
  const [table] = scanned;
  return table === undefined ? '' : `: ${table.table} may lack an index`;
}

/** `4711 (kingfisher) for 42 s: UPDATE jobs SET state = ?` */
function sessionText({ pid, user, forMs, shape }: DatabaseSession): string {
  return `${pid} (${user}) for ${formatDuration(forMs)}: ${shape}`;
}
