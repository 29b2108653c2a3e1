import type { Redis } from 'ioredis';
import type { KeyCount, RedisKeys, RedisOverview } from '../../../shared/topics/redis';
import type { Redact } from '../../redact';
import { infoField } from '../redis-connection';

/** Keys that one SCAN looks at: a fraction of a millisecond of Redis' single thread. */
const SCAN_COUNT = 500;
/** Keys that are looked at in all databases together. */
const LOOKED_AT_MOST = 200_000;
const WITHIN_MS = 4_000;
const DATABASES_AT_MOST = 16;
const GROUPS_TOLD = 20;
const NAMES_TOLD = 50;
const NAME_CHARACTERS = 200;
/** Groups that are counted apart; a key of no group of these is not. */
const GROUPS_AT_MOST = 1_000;

/** `INFO`: one question, which Redis answers from what it counts anyway. */
export async function readRedisOverview(redis: Redis, redact: Redact): Promise<RedisOverview> {
  const info = await redis.info();
  const text = (name: string) => redact(infoField(info, name), 100);
  const number = (name: string) => numberOf(infoField(info, name));
  const [hits, misses] = [number('keyspace_hits') ?? 0, number('keyspace_misses') ?? 0];
  return {
    version: text('redis_version'),
    role: text('role'),
    uptimeS: number('uptime_in_seconds'),
    clients: number('connected_clients'),
    blockedClients: number('blocked_clients'),
    usedBytes: number('used_memory'),
    limitBytes: number('maxmemory'),
    policy: text('maxmemory_policy'),
    evictedKeys: number('evicted_keys'),
    rejectedConnections: number('rejected_connections'),
    commandsPerSecond: number('instantaneous_ops_per_sec'),
    hitPercent: hits + misses > 0 ? Math.round((100 * hits) / (hits + misses)) : null,
    lastSave: text('rdb_last_bgsave_status'),
    databases: databasesOf(info),
  };
}

/**
 * Keys of all databases by the start of their names: a SCAN of few keys at a time, of no more than so many keys and so
 * long. Never KEYS, which nobody else gets an answer beside.
 *
 * @param match only keys whose masked name contains it
 */
export async function scanKeys(
  redis: Redis,
  { prefix, match }: { prefix: string; match: string },
  redact: Redact,
): Promise<RedisKeys> {
  const databases = databasesOf(await redis.info('keyspace')).slice(0, DATABASES_AT_MOST);
  const bounds = { lookedAt: 0, until: performance.now() + WITHIN_MS };
  const names: string[] = [];
  const groups = new Map<string, number>();
  const counts: KeyCount[] = [];
  for (const { database, keys } of databases) {
    await redis.select(database);
    const seen = await scanDatabase(redis, prefix, bounds);
    const found = [...seen.names].map((name) => redact(name, NAME_CHARACTERS)).filter((name) => name.includes(match));
    for (const name of found) note(groups, groupOf(name, prefix));
    names.push(...found);
    counts.push({ database, found: found.length, keys, isWhole: seen.isWhole });
  }
  return {
    prefix,
    databases: counts,
    groups: [...groups]
      .sort(([, many], [, few]) => few - many)
      .slice(0, GROUPS_TOLD)
      .map(([group, keys]) => ({ group, keys })),
    names: names.sort().slice(0, NAMES_TOLD),
  };
}

/** A key may come twice when Redis resizes its table meanwhile. */
async function scanDatabase(
  redis: Redis,
  prefix: string,
  bounds: { lookedAt: number; until: number },
): Promise<{ names: Set<string>; isWhole: boolean }> {
  const names = new Set<string>();
  let cursor = '0';
  do {
    if (bounds.lookedAt >= LOOKED_AT_MOST || performance.now() > bounds.until) return { names, isWhole: false };
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', SCAN_COUNT);
    bounds.lookedAt += SCAN_COUNT;
    cursor = next;
    for (const key of keys) if (key.startsWith(prefix)) names.add(key);
  } while (cursor !== '0');
  return { names, isWhole: true };
}

function note(groups: Map<string, number>, group: string): void {
  if (groups.has(group) || groups.size < GROUPS_AT_MOST) groups.set(group, (groups.get(group) ?? 0) + 1);
}

/** `kingfisher:cache:1234` is one of `kingfisher:cache:…`. */
function groupOf(name: string, prefix: string): string {
  const end = name.indexOf(':', prefix.length);
  return end === -1 ? name : `${name.slice(0, end + 1)}…`;
}

/** Lines such as `db1:keys=12,expires=3,avg_ttl=0`. */
function databasesOf(info: string): RedisOverview['databases'] {
  return [...info.matchAll(/^db(\d+):keys=(\d+),expires=(\d+)/gm)].map(([, database, keys, expiring]) => ({
    database: Number(database),
    keys: Number(keys),
    expiring: Number(expiring),
  }));
}

function numberOf(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null;
}
