import { countRows } from '../../../host/stores/inspect/table-counts';
import { readBrokerNodes, readBrokerOverview, readQueues } from '../../../host/stores/inspect/broker-overview';
import { readRedisOverview, scanKeys } from '../../../host/stores/inspect/redis-overview';
import { readDatabaseLoad } from '../../../host/stores/database-load';
import { probeRabbitmq } from '../../../host/stores/rabbitmq';
import { withRedis } from '../../../host/stores/redis-connection';
import { notConfigured } from '../../../host/services/service-managers';
import type { TopicAnswers, TopicRequest } from '../../../shared/topics/answers';
import type { HostDeps } from '../core/deps';
import { partOf } from './part';

/** From when on people want to see a session. */
const TERMS = { blockedForMs: 100, idleForMs: 5_000, runningForMs: 1_000 };
const HANDSHAKE_MS = 3_000;

/** The document's count, and what PostgreSQL is busy with. */
export async function answerDatabase(
  { settings, redact }: HostDeps,
  signal: AbortSignal,
): Promise<TopicAnswers['database']> {
  const urlOf = () => {
    const { postgres } = settings.dependencies;
    if (postgres === undefined) throw notConfigured('dependencies.postgres');
    return postgres.url;
  };
  const { counts: wanted } = settings.commands;
  const [counts, load] = await Promise.all([
    partOf(redact, signal, async (within) => await countRows(urlOf(), wanted, { redact, signal: within })),
    partOf(redact, signal, async (within) => await readDatabaseLoad(urlOf(), TERMS, { redact, signal: within })),
  ]);
  return { counts, load };
}

/** `redis-cli info`, and `keys` by SCAN. */
export async function answerRedis(
  { settings, redact }: HostDeps,
  { match = '' }: TopicRequest,
  signal: AbortSignal,
): Promise<TopicAnswers['redis']> {
  const urlOf = () => {
    const { redis } = settings.dependencies;
    if (redis === undefined) throw notConfigured('dependencies.redis');
    return redis.url;
  };
  const what = { prefix: settings.commands.keyPrefix, match };
  const [overview, keys] = await Promise.all([
    partOf(redact, signal, async (within) => {
      return await withRedis(urlOf(), within, async (redis) => await readRedisOverview(redis, redact));
    }),
    partOf(redact, signal, async (within) => {
      return await withRedis(urlOf(), within, async (redis) => await scanKeys(redis, what, redact));
    }),
  ]);
  return { overview, keys };
}

/** `rabbitmqctl status` and `list_queues`, by its protocol and its management. */
export async function answerQueues(
  { settings, redact }: HostDeps,
  signal: AbortSignal,
): Promise<TopicAnswers['queues']> {
  const rabbitmqOf = () => {
    const { rabbitmq } = settings.dependencies;
    if (rabbitmq === undefined) throw notConfigured('dependencies.rabbitmq');
    return rabbitmq;
  };
  const managementOf = () => {
    const { managementUrl } = rabbitmqOf();
    if (managementUrl === undefined) throw notConfigured('dependencies.rabbitmq.managementUrl');
    return managementUrl;
  };
  const [protocol, overview, nodes, queues] = await Promise.all([
    partOf(redact, signal, async (within) => {
      return await probeRabbitmq(rabbitmqOf().url, { redact, signal: within, timeoutMs: HANDSHAKE_MS });
    }),
    partOf(redact, signal, async (within) => await readBrokerOverview(managementOf(), { redact, signal: within })),
    partOf(redact, signal, async (within) => await readBrokerNodes(managementOf(), { redact, signal: within })),
    partOf(redact, signal, async (within) => await readQueues(managementOf(), { redact, signal: within })),
  ]);
  return { protocol, overview, nodes, queues };
}
