/** Appends to access.log, as web servers do. */
import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { log } from '../log';

export interface Answered {
  status: number;
  bytes: number;
  /** The client that the token names. */
  client?: string | undefined;
}

/** Takes one answered request. */
export type AccessLog = (request: IncomingMessage, answered: Answered) => void;

/**
 * Appends to `path` in the combined format; a no-op where no path is given.
 *
 * @example 203.0.113.9 - dashboard [23/Nov/2026:10:00:00 +0000] "GET /health HTTP/1.1" 200 31 "-" "curl/7.88.1"
 */
export function createAccessLog(path: string | null): AccessLog {
  if (path === null) return () => undefined;
  const file = createWriteStream(path, { flags: 'a' });
  // A log that cannot be written must not take the service down.
  file.on('error', (error) => log('ERROR', 'access', error.message));
  return (request, { status, bytes, client = '-' }) => {
    const agent = request.headers['user-agent'] ?? '-';
    const line = `"${request.method} ${request.url} HTTP/${request.httpVersion}" ${status} ${bytes}`;
    file.write(`${addressOf(request)} - ${client} [${commonTime(new Date())}] ${line} "-" "${agent}"\n`);
  };
}

/** IPv4 as people write it, also where the socket takes both families. */
function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '-';
}

function commonTime(at: Date): string {
  const [, day, month, year] = at.toUTCString().split(' ');
  return `${day}/${month}/${year}:${at.toISOString().slice(11, 19)} +0000`;
}
