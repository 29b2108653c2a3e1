import { withDatabase } from '../stores/database';

const TABLES_TOLD = 5;

const SIZE = 'SELECT current_database() AS name, pg_database_size(current_database())::float8 AS bytes';

/** With indexes and what is stored apart, by the numbers of pages that PostgreSQL keeps: no table is waited for. */
const TABLES = `
  SELECT n.nspname || '.' || c.relname AS name,
    (SELECT sum(r.relpages) FROM pg_class r WHERE r.oid = c.oid OR r.oid = c.reltoastrelid
      OR r.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = c.oid))::float8
      * current_setting('block_size')::float8 AS bytes
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  ORDER BY bytes DESC LIMIT $1`;

export interface Sized {
  name: string;
  bytes: number;
}

export interface DatabaseSize extends Sized {
  /** The largest. */
  tables: Sized[];
}

/** `pg_database_size`, and the largest tables. @throws HostError `ObservationFailed`, `NotConfigured` */
export async function readDatabaseSize(url: string, signal: AbortSignal): Promise<DatabaseSize> {
  return await withDatabase({ url, about: 'the size of the database', outer: signal }, async (client) => {
    const { rows } = await client.query<Sized>(SIZE);
    const tables = await client.query<Sized>(TABLES, [TABLES_TOLD]);
    return { ...rows[0]!, tables: tables.rows };
  });
}
