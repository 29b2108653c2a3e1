import type { PoolClient, QueryResult } from 'pg';
import type { Table } from './table';
import { storable } from './text';

/** All rows of a table at once, in one parameter. `then`: what becomes of a row that is there already. */
export async function put<Run extends { runId: string }>(
  client: PoolClient,
  { name, key, columns, rows }: Table<Run>,
  run: Run,
  then: string,
): Promise<QueryResult> {
  const isPart = !('run_id' in columns);
  const names = Object.keys(columns);
  const types = names.map((column) => `${column} ${columns[column]}`).join(', ');
  const keys = isPart ? ['run_id', ...key] : key;
  return await client.query(
    `INSERT INTO halcyon.${name} AS known (${[...(isPart ? ['run_id'] : []), ...names].join(', ')})
     SELECT ${isPart ? '$2, ' : ''}${names.join(', ')} FROM jsonb_to_recordset($1::jsonb) AS given (${types})
     ON CONFLICT (${keys.join(', ')}) DO ${then}`,
    [JSON.stringify(storable(rows(run))), ...(isPart ? [run.runId] : [])],
  );
}

/** What is in the way is overwritten. */
export function update<Run>({ key, columns }: Table<Run>): string {
  const others = Object.keys(columns).filter((column) => !key.includes(column));
  return `UPDATE SET ${others.map((column) => `${column} = EXCLUDED.${column}`).join(', ')}`;
}
