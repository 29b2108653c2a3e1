import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';

/** One connection for one question: it never waits, queues or connects again by itself. */
export const SINGLE_CONNECTION: Readonly<RedisOptions> = {
  lazyConnect: true,
  protocol: 2,
  disableClientInfo: true,
  enableOfflineQueue: false,
  enableReadyCheck: false,
  maxRetriesPerRequest: 0,
  retryStrategy: () => null,
  reconnectOnError: () => false,
  disconnectTimeout: 50,
};

const TIMEOUT_MS = 5_000;

/**
 * Gives `work` a connection that never connects again by itself, and closes it afterwards. It is on database 0 until `work`
 * selects another: a SELECT that the client makes of a URL may fail unseen.
 *
 * @throws what Redis says, why the connection ended, or the reason of the aborted signal
 */
export async function withRedis<T>(url: string, signal: AbortSignal, work: (redis: Redis) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const redis = new Redis(url, { ...SINGLE_CONNECTION, connectTimeout: TIMEOUT_MS, commandTimeout: TIMEOUT_MS });
  // Why a connection ended is said here only.
  let reason: Error | undefined;
  redis.on('error', (err: Error) => (reason ??= err));
  const close = () => redis.disconnect();
  signal.addEventListener('abort', close, { once: true });
  try {
    await redis.connect();
    return await work(redis);
  } catch (err) {
    signal.throwIfAborted();
    throw err instanceof Error && err.name === 'ReplyError' ? err : (reason ?? err);
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

/** A field of what `INFO` answers; empty where it has none. */
export function infoField(info: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
}
