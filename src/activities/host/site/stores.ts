import type { DependencyName } from '../../../shared/observations/service';
import { whyNoNumber } from './endpoints';
import { NOT_CONFIGURED, configured, once } from './need';
import type { Need, Site } from './need';

const DATABASE_TERMS = { blockedForMs: 5_000, idleForMs: 60_000, runningForMs: 5_000 };

const PLACES: Record<DependencyName, string[]> = {
  postgres: ['A.2', 'B.3', 'D.3'],
  redis: ['A.2'],
  rabbitmq: ['A.2', 'F.1', 'F.2'],
};

/** What KingFisher stands on, and what pages ask of that. One that is down is an incident, and no lack of the site. */
export function storeNeeds({ settings, activities }: Site): Need[] {
  const { dependencies, kingfisher, backup } = settings;
  const { postgres, redis, rabbitmq } = dependencies;
  const load = once(() => activities.observeDatabaseLoad(DATABASE_TERMS));
  const key = (name: string, places: string[], value: unknown): Need => ({
    what: `agent.${name}`,
    places,
    remedy: `set agent.${name}`,
    why: configured(value),
  });
  return [
    ...(['postgres', 'redis', 'rabbitmq'] as const).map((name) => ({
      ...key(`dependencies.${name}`, PLACES[name], dependencies[name]),
      remedy: `set agent.dependencies.${name}.unit and url`,
    })),
    ...(postgres === undefined ? [] : [{ ...key('dependencies.postgres.url', ['D.3'], postgres), why: sentBy(load) }]),
    {
      what: 'pg_stat_statements of PostgreSQL',
      places: ['D.3'],
      remedy: 'add it to shared_preload_libraries, CREATE EXTENSION, and let the user of the URL read it',
      why: async () => {
        if (postgres === undefined) return undefined;
        const counted = await load().then(
          (seen) => seen.counted,
          () => 'present',
        );
        return counted === 'present' ? undefined : counted;
      },
    },
    {
      ...key('dependencies.postgres.outbox', ['F.diagnosis', 'F.3'], postgres?.outbox),
      why: async () => {
        if (postgres?.outbox === undefined) return NOT_CONFIGURED;
        const { table } = (await activities.observeOutbox({ apartMs: 0 })).last;
        return table === null ? NOT_CONFIGURED : whyNoNumber(table);
      },
    },
    key('dependencies.redis.rateLimits', ['C.1', 'H.5'], redis?.rateLimits),
    key('dependencies.rabbitmq.managementUrl', ['A.2', 'F.diagnosis'], rabbitmq?.managementUrl),
    key('dependencies.rabbitmq.exchanges', ['F.1', 'H.7'], rabbitmq?.exchanges),
    { ...key('kingfisher.owner', ['B.2'], kingfisher.owner), allowance: 'repairImages' },
    { ...key('kingfisher.owner', ['H.3'], kingfisher.owner), allowance: 'fullRecovery' },
    { ...key('backup', ['H.2', 'H.4'], backup), allowance: 'fullRecovery' },
  ];
}

/** It can be asked at all. */
function sentBy(look: () => Promise<unknown>): Need['why'] {
  return async () => {
    await look();
    return undefined;
  };
}
