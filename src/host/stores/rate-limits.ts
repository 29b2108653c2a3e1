import type { Redis } from 'ioredis';
import type { RateLimitCount } from '../../shared/observations/probes';
import { HostError } from '../errors';
import { withRedis } from './redis-connection';

/** Keys that one SCAN looks at: a fraction of a millisecond of Redis' single thread. */
const SCAN_COUNT = 1_000;
/** Keys that one UNLINK takes away; their memory is freed by another thread. */
const UNLINK_AT_MOST = 500;

/** Which keys are rate limits. */
export interface RateLimitSelector {
  /** `redis://…`; a database in it does not count. */
  url: string;
  database: number;
  /** Start of the keys, `ratelimit:`. */
  prefix: string;
}

/** One connection, on the database with the rate limits. */
export interface RateLimitKeys {
  /** Counts all keys, by a full scan. A key may count twice when Redis resizes its table meanwhile. */
  count(): Promise<RateLimitCount>;
  /** Takes away every rate-limit key that is there throughout; how many went. */
  unlinkAll(mayStillChange?: () => void): Promise<number>;
}

/**
 * Gives `work` a connection and closes it afterwards. Redis is never asked for more than a batch at once, so nobody else
 * waits for long, however many keys it has.
 *
 * @throws HostError `UnsafeSelector` for a prefix or database that could select other keys; what Redis says; the reason
 * of the aborted signal.
 */
export async function withRateLimitKeys<T>(
  selector: RateLimitSelector,
  signal: AbortSignal,
  work: (keys: RateLimitKeys) => Promise<T>,
): Promise<T> {
  refuseUnsafe(selector);
  return await withRedis(selector.url, signal, async (redis) => {
    await redis.select(selector.database);
    return await work(createKeys(redis, selector));
  });
}

function createKeys(redis: Redis, { database, prefix }: RateLimitSelector): RateLimitKeys {
  return { count, unlinkAll };

  async function count(): Promise<RateLimitCount> {
    let rateLimitKeys = 0;
    for await (const keys of batches()) rateLimitKeys += keys.length;
    const otherKeys = Math.max(0, (await redis.dbsize()) - rateLimitKeys);
    return { database, rateLimitKeys, otherKeys };
  }

  async function unlinkAll(mayStillChange?: () => void): Promise<number> {
    let unlinked = 0;
    for await (const keys of batches()) {
      for (let at = 0; at < keys.length; at += UNLINK_AT_MOST) {
        mayStillChange?.();
        unlinked += await redis.unlink(keys.slice(at, at + UNLINK_AT_MOST));
      }
    }
    return unlinked;
  }

  /** As bytes: a key need not be text. */
  async function* batches(): AsyncGenerator<Buffer[]> {
    const start = Buffer.from(prefix);
    let cursor = '0';
    do {
      const [next, keys] = await redis.scanBuffer(cursor, 'MATCH', `${prefix}*`, 'COUNT', SCAN_COUNT);
      cursor = next.toString();
      yield keys.filter((key) => key.subarray(0, start.length).equals(start));
    } while (cursor !== '0');
  }
}

function refuseUnsafe({ database, prefix }: RateLimitSelector): void {
  if (!Number.isInteger(database) || database < 0) throw unsafe(`${database} is no Redis database`);
  if (prefix.trim() === '') throw unsafe('an empty prefix selects every key');
  if (/[*?[\]\\^]/.test(prefix)) throw unsafe(`the prefix "${prefix}" has characters of a pattern`);
}

function unsafe(reason: string): HostError {
  const remedy = 'no key was touched, correct dependencies.redis.rateLimits in the configuration';
  return new HostError('UnsafeSelector', `${reason}; ${remedy}`);
}
