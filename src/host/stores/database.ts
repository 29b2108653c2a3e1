import net from 'node:net';
import { Client } from 'pg';
import { HostError, errorCode, errorText } from '../errors';
import { withDeadline } from '../probes/deadline';

const TIMEOUT_MS = 5_000;
/**
 * Undefined table, column, schema or function (a column that is no jsonb), insufficient privilege, a type that takes no
 * such value.
 */
const CONFIGURED_WRONGLY = /^(42P01|42703|3F000|42883|42501|42804|22P02)$/;

/**
 * One statement on a connection of its own.
 *
 * @throws HostError `NotConfigured` where the configuration cannot be right, else `ObservationFailed`
 */
export async function askDatabase<T>(
  url: string,
  sql: string,
  values: unknown[],
  outer: AbortSignal | undefined,
): Promise<T[]> {
  return await withDatabase({ url, about: 'a setting', outer }, async (client) => {
    return (await client.query(sql, values)).rows as T[];
  });
}

interface Conversation {
  url: string;
  /** What it is asked for, in errors. */
  about: string;
  outer: AbortSignal | undefined;
  /** @default five seconds */
  withinMs?: number;
}

/**
 * A conversation on a connection of its own, of at most five seconds where nothing else is said. A transaction that is not committed by then is none.
 *
 * @throws HostError `NotConfigured` where the configuration cannot be right, else `ObservationFailed`
 */
export async function withDatabase<T>(
  { url, about, outer, withinMs = TIMEOUT_MS }: Conversation,
  talk: (client: Client) => Promise<T>,
): Promise<T> {
  try {
    return await withDeadline(withinMs, outer, async (signal) => {
      const client = new Client({
        connectionString: url,
        application_name: 'halcyon',
        stream: () => new net.Socket({ signal }),
      });
      client.on('error', () => {});
      try {
        await client.connect();
        return await talk(client);
      } finally {
        client.end().catch(() => {});
      }
    });
  } catch (err) {
    outer?.throwIfAborted();
    if (err instanceof HostError) throw err;
    const failure = CONFIGURED_WRONGLY.test(errorCode(err)) ? 'NotConfigured' : 'ObservationFailed';
    throw new HostError(failure, `PostgreSQL, asked for ${about}: ${errorText(err)}`);
  }
}

/** A table, or another name of SQL, that cannot be taken for anything else. */
export function quoted(name: string): string {
  return name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
}
