import { connect } from 'amqplib';
import type { ChannelModel } from 'amqplib';
import type { ExchangeState } from '../../shared/observations/probes';
import { PROBE_TIMEOUT_MS, askOnce } from '../probes/answers';
import type { ProbeOptions } from '../probes/answers';
import { withDeadline } from '../probes/deadline';
import { classifyAmqp } from './rabbitmq';

const NOT_FOUND = 404;

/**
 * Which of the `expected` exchanges RabbitMQ has, asked by passive declarations: they need no right to configure and
 * create nothing. Where it could not be asked, `endpoint` says why and every exchange that was not seen is missing.
 */
export async function observeExchanges(url: string, expected: string[], options: ProbeOptions): Promise<ExchangeState> {
  const { timeoutMs = PROBE_TIMEOUT_MS, signal } = options;
  const seen = new Set<string>();
  const ask = () => withDeadline(timeoutMs, signal, async (deadline) => await lookFor(url, expected, seen, deadline));
  const endpoint = await askOnce(options, ask, classifyAmqp);
  return { endpoint, expected, missing: expected.filter((name) => !seen.has(name)) };
}

async function lookFor(url: string, expected: string[], seen: Set<string>, signal: AbortSignal): Promise<string> {
  const socket = { signal, noDelay: true } as Parameters<typeof connect>[1];
  const connection = await connect(url, socket);
  connection.on('error', () => {});
  for (const name of expected) if (await isThere(connection, name)) seen.add(name);
  await connection.close();
  return `${seen.size} of ${expected.length} exchanges`;
}

/** On a channel of its own: the broker closes the channel of a question whose answer is no. */
async function isThere(connection: ChannelModel, name: string): Promise<boolean> {
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  try {
    await channel.checkExchange(name);
  } catch (err) {
    if ((err as { code?: unknown }).code === NOT_FOUND) return false;
    throw err;
  }
  await channel.close();
  return true;
}
