import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { connect } from 'amqplib';
import type { ChannelModel } from 'amqplib';

const CONNECT_TIMEOUT_MS = 5_000;
const CLOSE_WITHIN_MS = 2_000;
/** A broker that says nothing for two of them is gone. */
const HEARTBEAT_S = '10';

/** Where a broker is: one of the two. */
export interface BrokerAddress {
  url?: string | undefined;
  /** Absolute path of a file with the URL. */
  urlFile?: string | undefined;
}

export type Connect = (address: BrokerAddress, name: string) => Promise<ChannelModel>;

/**
 * Connects to a broker, shown there as `name`. No error holds the URL.
 *
 * @throws Error when nobody answers within 5 s, or whoever answers does not let us in
 */
export async function connectToBroker(address: BrokerAddress, name: string): Promise<ChannelModel> {
  const url = withHeartbeat(await urlOf(address));
  const socket = { timeout: CONNECT_TIMEOUT_MS, noDelay: true, clientProperties: { connection_name: name } };
  const connection = await connect(url, socket);
  // Whoever uses it listens for its end; an error nobody listens for would end the process.
  connection.on('error', () => undefined);
  return connection;
}

async function urlOf({ url, urlFile }: BrokerAddress): Promise<string> {
  if (urlFile === undefined) return url ?? '';
  const read = await readFile(urlFile, 'utf8').catch((err: NodeJS.ErrnoException) => {
    throw new Error(`${urlFile} cannot be read: ${err.code ?? 'unknown error'}`);
  });
  const text = read.trim();
  if (/^amqps?:\/\/\S+$/.test(text) && URL.canParse(text)) return text;
  throw new Error(`${urlFile} holds no URL that starts with amqp:// or amqps://`);
}

function withHeartbeat(text: string): string {
  const url = new URL(text);
  if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', HEARTBEAT_S);
  return url.href;
}

/** Ends a connection in order if the broker answers soon, else without it. */
export async function closeConnection(connection: ChannelModel): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_WITHIN_MS))).then(() =>
    // The client goes on waiting for the broker's answer, and never hears of this.
    abandon(connection),
  );
  // Where it is at its end already, there is nothing to close.
  await Promise.race([connection.close().catch(() => undefined), late]);
  clearTimeout(timer);
}

/** Ends a connection without waiting for a broker that may not answer. */
export function abandon(connection: ChannelModel): void {
  // With an error, or the client goes on sending heartbeats into nothing.
  (connection.connection as unknown as { stream: Socket }).stream.destroy(new Error('the connection was abandoned'));
}
