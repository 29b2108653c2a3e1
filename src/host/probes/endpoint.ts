import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { EndpointState } from '../../shared/observations/probes';
import { errorCode, errorText } from '../errors';
import { openFolderOf } from '../files/from-root';
import type { Redact } from '../redact';
import type { EndpointSettings } from '../agent-settings';
import { probeHttp } from './http';
import type { HttpAnswer, HttpProbeOptions } from './http';

const DETAIL_CHARACTERS = 500;
const TOKEN_BYTES = 4_096;

/**
 * Asks one endpoint below `baseUrl` as its settings say: with its headers, its token, its time-out. It is `ok` only with a
 * status and a field of the body that mean well.
 */
export async function probeEndpoint(
  baseUrl: string,
  settings: EndpointSettings,
  options: HttpProbeOptions,
): Promise<HttpAnswer> {
  const { timeoutMs, headers, tokenFile } = settings;
  let token = settings.token;
  try {
    if (tokenFile !== null) token = await readToken(tokenFile);
  } catch (err) {
    return unreadable(tokenFile ?? '', err);
  }
  const redact: Redact = (text, limit) => options.redact(token === null ? text : text.replaceAll(token, '***'), limit);
  const bearer: Record<string, string> = token === null ? {} : { Authorization: `Bearer ${token}` };
  const answer = await probeHttp(`${baseUrl.replace(/\/+$/, '')}${settings.path}`, {
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

/** What stands in a JSON body at these keys. `undefined` where the body is no JSON or has no such field. */
export function valueOf(body: string, path: string[]): unknown {
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

/** Read each time: tokens are exchanged while the agent runs. Throws where the file holds none. */
export async function readToken(place: string): Promise<string> {
  const file = await openToken(place);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(TOKEN_BYTES), 0, TOKEN_BYTES, 0);
    const token = buffer.toString('utf8', 0, bytesRead).trim();
    if (/^[\x21-\x7e]+$/.test(token)) return token;
    throw new Error('it holds no token of printable characters');
  } finally {
    await file.close();
  }
}

/** Never through a link that root did not make: what is in the file is sent to the service. */
async function openToken(place: string): Promise<FileHandle> {
  const folder = await openFolderOf(place);
  const name = path.basename(place);
  try {
    const file = await folder?.open(name);
    if (file !== undefined) return file;
    const isThere = (await folder?.stat(name)) !== undefined;
    throw new Error(isThere ? 'it is a link or no file; configure its real path' : 'ENOENT');
  } finally {
    await folder?.close();
  }
}

function unreadable(path: string, err: unknown): HttpAnswer {
  const detail = `the token file ${path} cannot be used: ${errorCode(err) || errorText(err)}`;
  return { endpoint: { answer: 'error', status: null, latencyMs: 0, detail }, body: '', contentType: null };
}
