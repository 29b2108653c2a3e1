import type { Client } from 'pg';
import type { TableState } from '../../shared/observations/maintenance';
import { HostError } from '../errors';
import { quoted, withDatabase } from '../stores/database';

/** Its size by the statistics too: to measure it would wait for whoever holds the table. */
const STATE = `
  SELECT c.relpages::float8 * current_setting('block_size')::float8 AS bytes, s.n_dead_tup::float8 AS dead,
    s.last_vacuum AS vacuumed, s.last_analyze AS analyzed
  FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
  WHERE c.oid = to_regclass($1)`;

interface Row {
  bytes: number;
  dead: number | null;
  vacuumed: Date | null;
  analyzed: Date | null;
}

interface Asked {
  url: string;
  signal: AbortSignal;
}

/**
 * What PostgreSQL's own statistics say of these tables.
 *
 * @throws HostError `ObservationFailed`, also for a table that is named and is not there: nobody may take it for left out
 */
export async function readTables(tables: readonly string[], { url, signal }: Asked): Promise<TableState[]> {
  return await withDatabase({ url, about: 'the state of tables', outer: signal }, async (client) => {
    const states: TableState[] = [];
    for (const table of tables) states.push(await readTable(client, table));
    return states;
  });
}

async function readTable(client: Client, table: string): Promise<TableState> {
  const { rows } = await client.query<Row>(STATE, [quoted(table)]);
  const [row] = rows;
  if (row === undefined) throw notThere(`there is no table ${table}`);
  if (row.dead === null) throw notThere(`${table} has no statistics of its own: name its partitions`);
  return {
    table,
    bytes: row.bytes,
    deadRows: row.dead,
    lastVacuum: row.vacuumed?.toISOString() ?? null,
    lastAnalyze: row.analyzed?.toISOString() ?? null,
  };
}

function notThere(what: string): HostError {
  return new HostError('ObservationFailed', `${what}; correct agent.maintenance.vacuum.tables in the configuration`);
}

/** Whether both were done at this moment or later, by the database's own clock. */
export function isVacuumedSince({ lastVacuum, lastAnalyze }: TableState, since: number): boolean {
  return [lastVacuum, lastAnalyze].every((at) => at !== null && Date.parse(at) >= since);
}
