/** Lines of service.log and access.log, as the real service writes them. */
import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';

export type Level = 'INFO' | 'WARNING' | 'ERROR';

/** One line of service.log, on standard output: the unit (or whoever started the process) appends it to the file. */
export function log(level: Level, logger: string, message: string): void {
  process.stdout.write(`${new Date().toISOString()} ${level} [${logger}] ${message}\n`);
}

/** Takes one answered request. */
export type AccessLog = (request: IncomingMessage, status: number, bytes: number) => void;

/**
 * Appends to `path` in the combined format; a no-op where no path is given.
 *
 * @example 127.0.0.1 - - [23/Nov/2026:10:00:00 +0000] "GET /health HTTP/1.1" 200 31 "-" "curl/7.88.1"
 */
export function createAccessLog(path: string | null): AccessLog {
  if (path === null) return () => undefined;
  const file = createWriteStream(path, { flags: 'a' });
  // A log that cannot be written must not take the service down.
  file.on('error', (error) => log('ERROR', 'access', error.message));
  return (request, status, bytes) => {
    const agent = request.headers['user-agent'] ?? '-';
    const line = `"${request.method} ${request.url} HTTP/${request.httpVersion}" ${status} ${bytes}`;
    file.write(`${request.socket.remoteAddress ?? '-'} - - [${commonTime(new Date())}] ${line} "-" "${agent}"\n`);
  };
}

function commonTime(at: Date): string {
  const [, day, month, year] = at.toUTCString().split(' ');
  return `${day}/${month}/${year}:${at.toISOString().slice(11, 19)} +0000`;
}
