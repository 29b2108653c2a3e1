import net from 'node:net';
import type { Answer, Condition, EndpointState } from '../../shared/observations/probes';
import { errorCode } from '../errors';
import { PROBE_TIMEOUT_MS, answerOfSocket, askOnce } from './answers';
import type { ProbeOptions } from './answers';
import { withDeadline } from './deadline';

/** One look at a dependency by its own protocol. */
export interface Look {
  endpoint: EndpointState;
  condition: Condition;
}

/** What a server said of itself in its own protocol; `undefined` for an error that is not its word. */
export type Word = Exclude<Condition, 'well' | 'down'> | 'malformed' | undefined;

/** Thrown by a probe for a server that answers, and whose answer says that it does not do its work. */
export class NotWell extends Error {
  override readonly name = 'NotWell';

  constructor(
    readonly word: Exclude<Word, undefined>,
    message: string,
  ) {
    super(message);
  }
}

interface Question {
  url: string;
  /** Its answer in words. Closes what it opened when the signal aborts. */
  ask: (signal: AbortSignal) => Promise<string>;
  wordOf: (err: unknown) => Word;
}

/** Asks once, and says from the answer what the dependency is up to. */
export async function lookAt({ url, ask, wordOf }: Question, options: ProbeOptions): Promise<Look> {
  const { timeoutMs = PROBE_TIMEOUT_MS, signal } = options;
  let condition: Condition = 'well';
  const classify = (err: unknown): Answer => {
    const word = saidBy(err, wordOf);
    condition = conditionOf(word);
    return answerOf(word, err);
  };
  const endpoint = await askOnce(options, () => withDeadline(timeoutMs, signal, ask), classify);
  if (endpoint.answer === 'timeout' && (await takesConnections(url, timeoutMs, signal))) condition = 'busy';
  return { endpoint, condition };
}

/** How an endpoint that said so answered. */
export function answerOf(word: Word, err: unknown): Answer {
  if (word === undefined) return answerOfSocket(err);
  if (word === 'malformed') return 'malformed';
  return word === 'refused' ? 'denied' : 'unhealthy';
}

function saidBy(err: unknown, wordOf: (err: unknown) => Word): Word {
  if (err instanceof NotWell) return err.word;
  // It speaks, and one of us does not trust the other.
  return /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/.test(errorCode(err))
    ? 'refused'
    : wordOf(err);
}

function conditionOf(word: Word): Condition {
  return word === undefined || word === 'malformed' ? 'down' : word;
}

/** Whether somebody accepts connections there, or at least the kernel for a process that is there. */
export async function takesConnections(
  url: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const at = addressOf(url);
  // A Unix socket: its time-out came after the connection.
  if (at.host === '') return true;
  try {
    await withDeadline(timeoutMs, signal, (deadline) => connectTo(at, deadline));
    return true;
  } catch {
    signal?.throwIfAborted();
    return false;
  }
}

/** Where a URL leads, with the port of its protocol where it names none. The host is empty for a Unix socket. */
export function addressOf(url: string): { host: string; port: number } {
  const { protocol, hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || DEFAULT_PORTS[protocol] || 0 };
}

const DEFAULT_PORTS: Record<string, number> = {
  'postgres:': 5432,
  'postgresql:': 5432,
  'redis:': 6379,
  'rediss:': 6379,
  'amqp:': 5672,
  'amqps:': 5671,
  'http:': 80,
  'https:': 443,
};

/** Resolves when somebody, or the kernel for a process that is there, takes the connection. */
export function connectTo(at: { host: string; port: number }, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ ...at, signal });
    socket.on('error', reject);
    socket.once('connect', () => {
      resolve();
      socket.destroy();
    });
  });
}
