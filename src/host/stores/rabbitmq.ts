import { connect } from 'amqplib';
import type { ChannelModel } from 'amqplib';
import type { Answer, EndpointState } from '../../shared/observations/probes';
import { errorText } from '../errors';
import type { ProbeOptions } from '../probes/answers';
import { probeHttp } from '../probes/http';
import { NotWell, answerOf, lookAt } from '../probes/look';
import type { Look, Word } from '../probes/look';

/** No queue has this name: what is sent there is dropped by the broker. */
const NOWHERE = 'halcyon.probe.nowhere';

/** The AMQP handshake, up to an open virtual host, and whether publishers are blocked by an alarm. */
export async function probeRabbitmq(url: string, options: ProbeOptions): Promise<Look> {
  return await lookAt({ url, ask: (signal) => shakeHands(url, signal), wordOf: wordOfAmqp }, options);
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
  const connection = await connect(url, socket).catch(rethrow);
  connection.on('error', () => {});
  const { product, version } = connection.connection.serverProperties;
  const alarm = await findAlarm(connection);
  // Waits for the server's answer, so that its log does not speak of an abrupt end. A blocked connection gets none.
  await connection.close();
  if (alarm === undefined) return `AMQP handshake: ${product} ${version}`;
  throw new NotWell('protecting', `${product} ${version} blocks publishers: ${alarm}`);
}

/** The client keeps to itself why the broker ended the connection in place of opening the virtual host. */
function rethrow(err: unknown): never {
  if (!errorText(err).startsWith('Expected ConnectionOpenOk; got <ConnectionClose')) throw err;
  const why = 'no access to it, it is down, or a limit of connections is reached: its log says which';
  throw new NotWell('refused', `RabbitMQ did not open the virtual host: ${why}`);
}

/**
 * A broker with an alarm for memory or disk tells so to a connection that publishes, and to no other. An empty message
 * that nobody can get changes nothing. A user who may not even send that only loses his channel: alarms stay unknown.
 */
async function findAlarm(connection: ChannelModel): Promise<string | undefined> {
  const blocked = new Promise<string>((resolve) => connection.once('blocked', resolve));
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  channel.publish('', NOWHERE, Buffer.alloc(0));
  // Comes after the message on its way, and is not read any more from one who is blocked.
  const passed = channel.close().catch(() => undefined);
  return (await Promise.race([passed, blocked])) ?? undefined;
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
  return answerOf(wordOfAmqp(err), err);
}

function wordOfAmqp(err: unknown): Word {
  const said = errorText(err);
  // NOT_ALLOWED is its answer to a connection too many, and to a user who may not enter the virtual host.
  if (/limit \(\d+\) is reached|RESOURCE[_-]ERROR/.test(said)) return 'busy';
  if (/ACCESS[_-]REFUSED|NOT[_-]ALLOWED|\b403\b|\b530\b/.test(said)) return 'refused';
  // It ends connections because it ends itself.
  if (/CONNECTION[_-]FORCED/.test(said)) return 'starting';
  if (/INTERNAL[_-]ERROR/.test(said)) return 'protecting';
  if (/^(Expected|Invalid|Unexpected|Frame|Bad|Unknown)|frame|protocol/i.test(said)) return 'malformed';
  return undefined;
}
