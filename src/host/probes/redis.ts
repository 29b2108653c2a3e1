import { Redis } from 'ioredis';
import type { Answer, EndpointState } from '../../shared/observations';
import { errorText } from '../errors';
import { PROBE_TIMEOUT_MS, answerOfSocket, askOnce } from './answers';
import type { ProbeOptions } from './answers';
import { withDeadline } from './deadline';
import { SINGLE_CONNECTION } from '../redis-connection';

/** `PING` on a connection of its own. */
export async function probeRedis(url: string, options: ProbeOptions): Promise<EndpointState> {
  const { timeoutMs = PROBE_TIMEOUT_MS, signal } = options;
  return await askOnce(
    options,
    () => withDeadline(timeoutMs, signal, async (deadline) => await ping(url, deadline)),
    classify,
  );
}

async function ping(url: string, signal: AbortSignal): Promise<string> {
  const redis = new Redis(url, SINGLE_CONNECTION);
  // Why a connection ended is said here only; a connection that ends without a reason rejects with its own words.
  let reason: Error | undefined;
  redis.on('error', (err: Error) => (reason ??= err));
  const close = () => redis.disconnect();
  signal.addEventListener('abort', close, { once: true });
  try {
    await redis.connect();
    const reply = await redis.ping();
    // A refused AUTH or SELECT of the URL does not fail the PING of a server that lets everybody in.
    if (reason !== undefined) throw reason;
    if (reply !== 'PONG') throw new Error(`Protocol error: PING was answered by ${reply}`);
    return 'PING: PONG';
  } catch (err) {
    throw reason ?? err;
  } finally {
    close();
  }
}

function classify(err: unknown): Answer {
  const said = errorText(err);
  if (/^(NOAUTH|WRONGPASS|NOPERM|DENIED)\b|^ERR (invalid password|.*AUTH)/i.test(said)) return 'denied';
  if (/Protocol error|Unknown RESP type|Command queue state/i.test(said)) return 'malformed';
  // Redis begins its errors with a word in capitals: LOADING, MASTERDOWN, MISCONF, OOM, ERR.
  if (err instanceof Error && err.name === 'ReplyError') return 'unhealthy';
  return answerOfSocket(err);
}
