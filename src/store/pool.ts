import { Pool } from 'pg';
import { EMBEDDED_DATABASE, EMBEDDED_USER } from './embedded/place';

/** Where the record is: a PostgreSQL by its URL, or the folder of the embedded one on this machine. */
export type StoreLocation = { url: string } | { path: string };

const CONNECTIONS = 4;
const CONNECT_WITHIN_MS = 3_000;
/** Whoever waits for longer tries again later: nothing waits for the record. */
const STATEMENT_MS = 20_000;

/** Connections to the record, made when they are needed. Close it with `end()`. */
export function openPool(location: StoreLocation): Pool {
  const where =
    'url' in location
      ? { connectionString: location.url }
      : { host: location.path, user: EMBEDDED_USER, database: EMBEDDED_DATABASE };
  const pool = new Pool({
    ...where,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    statement_timeout: STATEMENT_MS,
    query_timeout: STATEMENT_MS + 1_000,
    application_name: 'halcyon',
  });
  // An idle connection that breaks is replaced by the next one that is needed.
  pool.on('error', () => undefined);
  return pool;
}
