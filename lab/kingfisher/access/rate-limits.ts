/** How many requests each client made within a minute, in Redis: keys `ratelimit:<client>`. */
import { Redis } from 'ioredis';
import { log } from '../log';

const WINDOW_SECONDS = 60;
const ANSWER_WITHIN_MS = 500;

export class RateLimits {
  private readonly redis: Redis;
  private reported = '';

  constructor(url: URL) {
    this.redis = new Redis(url.href, {
      maxRetriesPerRequest: 1,
      commandTimeout: ANSWER_WITHIN_MS,
      connectionName: 'kingfisher',
    });
    this.redis.on('error', () => undefined);
  }

  /** Counts a request. The seconds until the client may ask again, or null when it may now; so too without Redis. */
  async take(client: string, perMinute: number): Promise<number | null> {
    try {
      const key = `ratelimit:${client}`;
      const count = await this.redis.incr(key);
      if (count === 1) await this.redis.expire(key, WINDOW_SECONDS);
      if (count <= perMinute) return null;
      const left = await this.redis.ttl(key);
      // A key without an end would shut the client out for ever.
      if (left < 0) await this.redis.expire(key, WINDOW_SECONDS);
      return left > 0 ? left : WINDOW_SECONDS;
    } catch (error) {
      this.report((error as Error).message);
      return null;
    }
  }

  /** Once per reason: clients ask often. */
  private report(message: string): void {
    if (message !== this.reported) log('WARNING', 'access', `rate limits are not kept: ${message}`);
    this.reported = message;
  }
}
