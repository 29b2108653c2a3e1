import { formatDuration } from '../../../shared/text/durations';
import { size } from '../../../shared/text/sizes';
import type { TopicAnswers } from '../../../shared/topics/answers';
import type { KeyCount, RedisKeys, RedisOverview } from '../../../shared/topics/redis';
import { table } from '../../support/table';
import { known, many, section, tell } from './sections';

export function renderRedis({ overview, keys }: TopicAnswers['redis']): string[] {
  return [
    ...section('Redis', 'redis-cli info', tell(overview, overviewLines)),
    ...section("KingFisher's keys", 'redis-cli keys "kingfisher:*", by SCAN', tell(keys, keyLines)),
  ];
}

function overviewLines(redis: RedisOverview): string[] {
  const { usedBytes, limitBytes, policy, uptimeS, hitPercent, databases } = redis;
  const used = usedBytes === null ? '?' : size(usedBytes);
  const limit = limitBytes === null || limitBytes === 0 ? 'no limit' : `of ${size(limitBytes)}`;
  const up = uptimeS === null ? '' : `, up ${formatDuration(uptimeS * 1_000)}`;
  const hits = hitPercent === null ? '' : `, ${hitPercent} % of reads found their key`;
  return [
    `version ${redis.version}, ${redis.role}${up}, last save ${redis.lastSave}`,
    `memory ${used}, ${limit} (${policy}), keys evicted: ${known(redis.evictedKeys)}`,
    `clients: ${known(redis.clients)}, blocked: ${known(redis.blockedClients)}, connections refused: ${known(redis.rejectedConnections)}`,
    `commands a second: ${known(redis.commandsPerSecond)}${hits}`,
    ...databases.map(
      ({ database, keys, expiring }) =>
        `db${database}: ${many(keys, 'key')}, ${expiring === 0 ? 'none' : expiring} with an expiry`,
    ),
  ];
}

function keyLines({ prefix, databases, groups, names }: RedisKeys): string[] {
  const found = databases.reduce((sum, one) => sum + one.found, 0);
  if (found === 0) return [...databases.filter(({ isWhole }) => !isWhole).map(countLine), `no key ${prefix}*`];
  const isListed = names.length === found;
  return [
    ...databases.filter((one) => one.found > 0 || !one.isWhole).map(countLine),
    ...(isListed ? [] : table(groups.map(({ group, keys }) => [group, many(keys, 'key')]))),
    ...(isListed ? names : [`such as ${names.slice(0, 10).join(', ')}`]),
  ];
}

function countLine({ database, found, keys, isWhole }: KeyCount): string {
  const bound = isWhole ? '' : ', as far as the scan went: there may be more';
  return `db${database}: ${found} of ${many(keys, 'key')}${bound}`;
}
