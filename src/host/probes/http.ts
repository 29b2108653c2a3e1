import http from 'node:http';
import https from 'node:https';
import type { Answer, EndpointState } from '../../shared/observations/probes';
import { errorCode } from '../errors';
import { PROBE_TIMEOUT_MS, answerOfSocket, askOnce } from './answers';
import type { ProbeOptions } from './answers';
import { withDeadline } from './deadline';

const BODY_LIMIT_BYTES = 64 * 1024;

export interface HttpAnswer {
  endpoint: EndpointState;
  /** The start of the body, up to the limit, neither masked nor cut: not to leave the host as it is. */
  body: string;
  /** The header, as it is. */
  contentType: string | null;
}

export interface HttpProbeOptions extends ProbeOptions {
  /** Sent with the request. Values may be secret: the redactor has to know them. */
  headers?: Record<string, string> | undefined;
  /** So much of the body is read. @default 65536 */
  bodyLimitBytes?: number | undefined;
}

interface Response {
  status: number;
  body: string;
  contentType: string | null;
}

/** One GET on a connection of its own. User and password of the URL go as basic authentication. */
export async function probeHttp(url: string, options: HttpProbeOptions): Promise<HttpAnswer> {
  let response: Response | undefined;
  const ask = async () => {
    const { timeoutMs = PROBE_TIMEOUT_MS, signal } = options;
    response = await withDeadline(timeoutMs, signal, async (deadline) => await get(url, options, deadline));
    return response.body.trim();
  };
  const endpoint = await askOnce(options, ask, classify);
  if (response === undefined) return { endpoint, body: '', contentType: null };
  const { status, body, contentType } = response;
  return { endpoint: { ...endpoint, answer: answerOfStatus(status), status }, body, contentType };
}

function get(url: string, { headers = {}, bodyLimitBytes }: HttpProbeOptions, signal: AbortSignal): Promise<Response> {
  const { protocol, username, password, href } = withoutCredentials(url);
  const auth = username === '' ? {} : { auth: `${username}:${password}` };
  return new Promise((resolve, reject) => {
    const client = protocol === 'https:' ? https : http;
    const request = client.get(href, { agent: false, signal, headers, ...auth }, (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      const contentType = answered['content-type'] ?? null;
      readBody(response, bodyLimitBytes).then((body) => resolve({ status, body, contentType }), reject);
    });
    request.on('error', reject);
  });
}

/** What comes after the limit is not read: the answer is known by then. */
async function readBody(response: http.IncomingMessage, limit = BODY_LIMIT_BYTES): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= limit) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, limit);
}

function withoutCredentials(url: string) {
  const plain = new URL(url);
  const [username, password] = [decodeURIComponent(plain.username), decodeURIComponent(plain.password)];
  plain.username = '';
  plain.password = '';
  return { protocol: plain.protocol, username, password, href: plain.href };
}

function answerOfStatus(status: number): Answer {
  if (status >= 200 && status < 300) return 'ok';
  return status === 401 || status === 403 ? 'denied' : 'unhealthy';
}

function classify(err: unknown): Answer {
  return errorCode(err).startsWith('HPE_') ? 'malformed' : answerOfSocket(err);
}
