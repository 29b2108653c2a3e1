import type { Client } from 'pg';
import type { TableCount } from '../../../shared/topics/answers';
import { errorText } from '../../errors';
import type { Redact } from '../../redact';
import { quoted, withDatabase } from '../database';

/** Shorter than the conversation itself, so that the server ends it and not only we. */
const STATEMENT_MS = 2_000;
const LOCK_MS = 500;

/** Rows of which table are counted, by which column of time. */
export type CountSettings = Omit<TableCount, 'rows'>;

/**
 * How many rows were written lately, each table in a transaction that can only read. What cannot be counted in time says
 * so, and holds up no other.
 *
 * @throws HostError `ObservationFailed`, `NotConfigured`
 */
export async function countRows(
  url: string,
  counts: readonly CountSettings[],
  { redact, signal }: { redact: Redact; signal: AbortSignal },
): Promise<TableCount[]> {
  return await withDatabase({ url, about: 'rows that were written lately', outer: signal }, async (client) => {
    const counted: TableCount[] = [];
    for (const one of counts) counted.push({ ...one, rows: await countOne(client, one, redact) });
    return counted;
  });
}

async function countOne(client: Client, one: CountSettings, redact: Redact): Promise<TableCount['rows']> {
  try {
    await client.query('BEGIN READ ONLY');
    await client.query(`SET LOCAL statement_timeout = ${STATEMENT_MS}`);
    await client.query(`SET LOCAL lock_timeout = ${LOCK_MS}`);
    const { rows } = await client.query<{ rows: number }>(
      `SELECT count(*)::float8 AS rows FROM ${quoted(one.table)}
       WHERE ${quoted(one.column)} > now() - $1::float8 * interval '1 millisecond'`,
      [one.withinMs],
    );
    return { value: rows[0]!.rows };
  } catch (err) {
    // What the server says no to is about this table; whatever else went wrong ends the conversation.
    if (!(err instanceof Error && 'severity' in err)) throw err;
    return { problem: redact(errorText(err), 200) };
  } finally {
    await client.query('ROLLBACK').catch(() => {});
  }
}
