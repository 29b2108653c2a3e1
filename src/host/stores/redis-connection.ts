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
