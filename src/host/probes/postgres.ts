import net from 'node:net';
import { Client } from 'pg';
import type { Answer, EndpointState } from '../../shared/observations';
import { errorCode } from '../errors';
import { PROBE_TIMEOUT_MS, answerOfSocket, askOnce } from './answers';
import type { ProbeOptions } from './answers';
import { withDeadline } from './deadline';

/** What a PostgreSQL server can begin with: authentication, error, notice, protocol versions, TLS yes or no. */
const FIRST_BYTES = 'RENvS';

/** `SELECT 1` on a connection of its own. */
export async function probePostgres(url: string, options: ProbeOptions): Promise<EndpointState> {
  const { timeoutMs = PROBE_TIMEOUT_MS, signal } = options;
  const seen = { foreign: false };
  const ask = () => withDeadline(timeoutMs, signal, async (deadline) => await selectOne(url, deadline, seen));
  return await askOnce(options, ask, (err) => (seen.foreign ? 'malformed' : classify(err)));
}

async function selectOne(url: string, signal: AbortSignal, seen: { foreign: boolean }): Promise<string> {
  // The socket is ours, so that it can be closed at any point of a conversation that hangs.
  const socket = new net.Socket({ signal });
  const client = new Client({ connectionString: url, application_name: 'halcyon', stream: () => socket });
  client.on('error', () => {});
  socket.once('data', (data) => {
    seen.foreign = !FIRST_BYTES.includes(String.fromCharCode(data[0]!));
    if (seen.foreign) socket.destroy(new Error('what answered does not speak PostgreSQL'));
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>(`SELECT 1, current_setting('server_version') AS version`);
    return `SELECT 1: PostgreSQL ${rows[0]?.version}`;
  } finally {
    // end() sends the goodbye that keeps the server's log clean, but waits for an answer that may never come.
    client.end().catch(() => {});
  }
}

function classify(err: unknown): Answer {
  const state = errorCode(err);
  // Invalid authorization, unknown database, insufficient privilege.
  if (/^28|^3D000$|^42501$/.test(state)) return 'denied';
  // Starting up, shutting down, out of connections or memory, or any other answer of the server itself.
  return /^[0-9A-Z]{5}$/.test(state) && /\d/.test(state) ? 'unhealthy' : answerOfSocket(err);
}
