import { connect } from 'amqplib';
import type { Answer, EndpointState } from '../../shared/observations';
import { errorText } from '../errors';
import { PROBE_TIMEOUT_MS, answerOfSocket, askOnce } from './answers';
import type { ProbeOptions } from './answers';
import { withDeadline } from './deadline';
import { probeHttp } from './http';

/** The AMQP handshake, up to an open virtual host, on a connection of its own. */
export async function probeRabbitmq(url: string, options: ProbeOptions): Promise<EndpointState> {
  const { timeoutMs = PROBE_TIMEOUT_MS, signal } = options;
  const ask = () => withDeadline(timeoutMs, signal, async (deadline) => await shakeHands(url, deadline));
  return await askOnce(options, ask, classifyAmqp);
}

/** RabbitMQ's management overview: anything but its JSON is `malformed`. */
export async function probeManagement(url: string, options: ProbeOptions): Promise<EndpointState> {
  const { endpoint, body } = await probeHttp(url, options);
  if (endpoint.answer !== 'ok') return endpoint;
  const overview = parseOverview(body);
  if (overview === undefined) return { ...endpoint, answer: 'malformed' };
  return { ...endpoint, detail: options.redact(overview, 500) };
}

async function shakeHands(url: string, signal: AbortSignal): Promise<string> {
  // The signal goes to the socket itself: it closes the socket of a handshake that hangs.
  const socket = { signal, noDelay: true } as Parameters<typeof connect>[1];
  const connection = await connect(url, socket);
  connection.on('error', () => {});
  const { product, version } = connection.connection.serverProperties;
  // Waits for the server's answer, so that its log does not speak of an abrupt end.
  await connection.close();
  return `AMQP handshake: ${product} ${version}`;
}

function parseOverview(body: string): string | undefined {
  try {
    const { rabbitmq_version: version, object_totals: totals } = JSON.parse(body) as Record<string, unknown>;
    if (typeof version !== 'string') return undefined;
    const { connections, queues } = (totals ?? {}) as Record<string, unknown>;
    return `RabbitMQ ${version}, ${Number(connections ?? 0)} connections, ${Number(queues ?? 0)} queues`;
  } catch {
    return undefined;
  }
}

/** What an error of an AMQP conversation says about the server. */
export function classifyAmqp(err: unknown): Answer {
  const said = errorText(err);
  if (/ACCESS[_-]REFUSED|NOT_ALLOWED|\b403\b|\b530\b/.test(said)) return 'denied';
  if (/\bCONNECTION-FORCED|RESOURCE_ERROR|INTERNAL-ERROR/.test(said)) return 'unhealthy';
  if (/^(Expected|Invalid|Unexpected|Frame|Bad|Unknown)|frame|protocol/i.test(said)) return 'malformed';
  return answerOfSocket(err);
}
