import type { Client } from 'pg';
import { sleep } from '../sleep';
import { quoted, withDatabase } from '../stores/database';

const LOOK_EVERY_MS = 1_000;
/** Beyond the server's own limit, for the connection. */
const BESIDES_MS = 15_000;

const PROGRESS = `
  SELECT phase, heap_blks_total::float8 AS total, heap_blks_scanned::float8 AS scanned
  FROM pg_stat_progress_vacuum WHERE pid = $1`;

/** Where a VACUUM is, by `pg_stat_progress_vacuum`. */
export interface VacuumProgress {
  table: string;
  phase: string;
  percent: number;
}

export interface Vacuum {
  url: string;
  table: string;
  lockTimeoutMs: number;
  statementTimeoutMs: number;
  signal: AbortSignal;
  tell: (progress: VacuumProgress) => void;
}

/**
 * `VACUUM (ANALYZE)` of one table, on a connection of its own. The server gives it up by its own time-outs, and where it
 * is called off. Resolves with what the server said besides, such as that it skipped the table.
 *
 * @throws HostError `ObservationFailed`, in the server's words
 */
export async function vacuumTable(asked: Vacuum): Promise<string[]> {
  const { url, table, lockTimeoutMs, statementTimeoutMs, signal } = asked;
  const notices: string[] = [];
  const about = `VACUUM of ${table}`;
  await withDatabase({ url, about, outer: signal, withinMs: statementTimeoutMs + BESIDES_MS }, async (client) => {
    client.on('notice', ({ message }) => notices.push(message ?? ''));
    const pid = await begin(client, lockTimeoutMs, statementTimeoutMs);
    // A closed connection is nothing that a VACUUM notices.
    const callOff = () => void cancel(url, pid).catch(() => undefined);
    signal.addEventListener('abort', callOff, { once: true });
    const watching = new AbortController();
    const watched = watch(asked, pid, watching.signal).catch(() => undefined);
    try {
      await client.query(`VACUUM (ANALYZE) ${quoted(table)}`);
    } finally {
      signal.removeEventListener('abort', callOff);
      watching.abort();
      await watched;
    }
  });
  return notices;
}

async function begin(client: Client, lockTimeoutMs: number, statementTimeoutMs: number): Promise<number> {
  const set = (name: string, ms: number) => client.query('SELECT set_config($1, $2, false)', [name, String(ms)]);
  await set('lock_timeout', lockTimeoutMs);
  await set('statement_timeout', statementTimeoutMs);
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]!.pid;
}

/** Beside it, on another connection; nothing depends on it. */
async function watch({ url, table, statementTimeoutMs, tell }: Vacuum, pid: number, over: AbortSignal): Promise<void> {
  const withinMs = statementTimeoutMs + BESIDES_MS;
  await withDatabase({ url, about: 'progress of VACUUM', outer: over, withinMs }, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ phase: string; total: number; scanned: number }>(PROGRESS, [pid]);
      for (const { phase, total, scanned } of rows) {
        tell({ table, phase, percent: total === 0 ? 0 : Math.round((100 * scanned) / total) });
      }
      await sleep(LOOK_EVERY_MS, over);
    }
  });
}

async function cancel(url: string, pid: number): Promise<void> {
  await withDatabase({ url, about: 'the end of VACUUM', outer: undefined }, async (client) => {
    await client.query('SELECT pg_cancel_backend($1)', [pid]);
  });
}
