import net from 'node:net';
import { Client } from 'pg';
import { errorCode } from '../errors';
import type { ProbeOptions } from '../probes/answers';
import { NotWell, lookAt } from '../probes/look';
import type { Look, Word } from '../probes/look';

/** What a PostgreSQL server can begin with: authentication, error, notice, protocol versions, TLS yes or no. */
const FIRST_BYTES = 'RENvS';

/** A role that is read-only by its own settings says nothing about the server. */
const QUESTION = `
  SELECT 1, current_setting('server_version') AS version, pg_is_in_recovery() AS recovering,
    EXISTS (SELECT FROM pg_settings WHERE name = 'default_transaction_read_only' AND setting = 'on'
      AND source NOT IN ('user', 'database user', 'session', 'client')) AS read_only`;

interface Answered {
  version: string;
  recovering: boolean;
  read_only: boolean;
}

/** `SELECT 1` on a connection of its own, and whether it takes writes. */
export async function probePostgres(url: string, options: ProbeOptions): Promise<Look> {
  return await lookAt({ url, ask: (signal) => selectOne(url, signal), wordOf: wordOfPostgres }, options);
}

async function selectOne(url: string, signal: AbortSignal): Promise<string> {
  // The socket is ours, so that it can be closed at any point of a conversation that hangs.
  const socket = new net.Socket({ signal });
  const client = new Client({ connectionString: url, application_name: 'halcyon', stream: () => socket });
  client.on('error', () => {});
  let isForeign = false;
  socket.once('data', (data) => {
    isForeign = !FIRST_BYTES.includes(String.fromCharCode(data[0]!));
    if (isForeign) socket.destroy(new Error(FOREIGN));
  });
  try {
    await client.connect();
    const { rows } = await client.query<Answered>(QUESTION);
    return said(rows[0]!);
  } catch (err) {
    throw isForeign ? new NotWell('malformed', FOREIGN) : err;
  } finally {
    // end() sends the goodbye that keeps the server's log clean, but waits for an answer that may never come.
    client.end().catch(() => {});
  }
}

const FOREIGN = 'what answered does not speak PostgreSQL';

function said({ version, recovering, read_only }: Answered): string {
  if (recovering) throw new NotWell('protecting', `PostgreSQL ${version} is in recovery: it takes no writes`);
  if (read_only) throw new NotWell('protecting', `PostgreSQL ${version} is read-only (default_transaction_read_only)`);
  return `SELECT 1: PostgreSQL ${version}`;
}

/** By the SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html; texts are translated. */
function wordOfPostgres(err: unknown): Word {
  const state = errorCode(err);
  if (!/^(?=.*\d)[0-9A-Z]{5}$/.test(state)) return undefined;
  // Starting up, shutting down, or ending our connection because it does.
  if (/^57P0[123]$/.test(state)) return 'starting';
  // Invalid authorization, unknown database, insufficient privilege.
  if (/^28|^3D000$|^42501$/.test(state)) return 'refused';
  if (state === DISK_FULL) return 'protecting';
  // Out of connections, memory or another resource; our question was cancelled (57014); waited too long for a lock.
  if (/^53|^57014$|^55P03$/.test(state)) return 'busy';
  // Read-only, its own files, or anything else: it answers, and does not work.
  return 'protecting';
}

const DISK_FULL = '53100';
