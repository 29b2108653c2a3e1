import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { EndpointState } from '../../shared/observations/probes';
import { errorCode, errorText } from '../errors';
import type { Redact } from '../redact';
import type { EndpointSettings } from '../agent-settings';
import type { ProbeOptions } from './answers';
import { probeHttp } from './http';
import type { HttpAnswer } from './http';

const DETAIL_CHARACTERS = 500;
const TOKEN_BYTES = 4_096;

/**
 * Asks one endpoint below `baseUrl` as its settings say: with its headers, its token, its time-out. It is `ok` only with a
 * status and a field of the body that mean well.
 */
export async function probeEndpoint(
  baseUrl: string,
  settings: EndpointSettings,
  options: ProbeOptions & { headers?: Record<string, string> },
): Promise<HttpAnswer> {
  const { path, timeoutMs, headers, tokenFile } = settings;
  let token = settings.token;
  try {
    if (tokenFile !== null) token = await readToken(tokenFile);
  } catch (err) {
    return unreadable(tokenFile ?? '', err);
  }
  const redact: Redact = (text, limit) => options.redact(token === null ? text : text.replaceAll(token, '***'), limit);
  const bearer: Record<string, string> = token === null ? {} : { Authorization: `Bearer ${token}` };
  const answer = await probeHttp(`${baseUrl.replace(/\/+$/, '')}${path}`, {
    ...options,
    redact,
    timeoutMs: options.timeoutMs ?? timeoutMs,
    headers: { ...options.headers, ...headers, ...bearer },
  });
  return { ...answer, endpoint: judge(answer, settings, redact) };
}

/** By its status first; a body is read only where a field of it is asked for. */
function judge({ endpoint, body }: HttpAnswer, { statuses, field }: EndpointSettings, redact: Redact): EndpointState {
  const { status, answer } = endpoint;
  if (status === null) return endpoint;
  const isDenied = status === 401 || status === 403;
  if (statuses !== null && !statuses.includes(status))
    return { ...endpoint, answer: isDenied ? 'denied' : 'unhealthy' };
  if (statuses === null && answer !== 'ok') return endpoint;
  if (field === null) return { ...endpoint, answer: 'ok' };
  const value = valueOf(body, field.path);
  const name = field.path.join('.');
  if (value === undefined) {
    return { ...endpoint, answer: 'malformed', detail: redact(`no ${name} in: ${body}`, DETAIL_CHARACTERS) };
  }
  if (String(value) === String(field.equals)) return { ...endpoint, answer: 'ok' };
  const told = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return {
    ...endpoint,
    answer: 'unhealthy',
    detail: redact(`${name} is ${told}, not ${field.equals}`, DETAIL_CHARACTERS),
  };
}

/** `undefined` where the body is no JSON or has no such field. */
function valueOf(body: string, path: string[]): unknown {
  try {
    let at: unknown = JSON.parse(body);
    for (const key of path) {
      if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
      at = (at as Record<string, unknown>)[key];
    }
    return at;
  } catch {
    return undefined;
  }
}

/** Read each time: tokens are exchanged while the agent runs. */
async function readToken(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(TOKEN_BYTES), 0, TOKEN_BYTES, 0);
    const token = buffer.toString('utf8', 0, bytesRead).trim();
    if (/^[\x21-\x7e]+$/.test(token)) return token;
    throw new Error('it holds no token of printable characters');
  } finally {
    await file.close();
  }
}

function unreadable(path: string, err: unknown): HttpAnswer {
  const detail = `the token file ${path} cannot be used: ${errorCode(err) || errorText(err)}`;
  return { endpoint: { answer: 'error', status: null, latencyMs: 0, detail }, body: '', contentType: null };
}
