import type { Permitted } from '../../../shared/safety/permit';
import { withRateLimitKeys } from '../../../host/stores/rate-limits';
import type { RateLimitKeys, RateLimitSelector } from '../../../host/stores/rate-limits';
import { notConfigured } from '../../../host/services/service-managers';
import type { AgentSettings } from '../../../host/agent-settings';
import type { Change } from '../../../shared/observations/change';
import type { RateLimitCount } from '../../../shared/observations/probes';
import type { HostDeps } from '../core/deps';
import { createSerializer } from '../core/serialize';
import { asActivity } from '../core/run';

export interface RateLimitActivities {
  /** H.5 dry run. */
  observeRateLimits(): Promise<RateLimitCount>;
  /** H.5: no `ratelimit:*` key is left in the configured database; every other key is. */
  ensureRateLimitsReset(input: Permitted): Promise<Change<RateLimitCount>>;
}

/** H.5: KingFisher's rate limits in Redis, and no other key. */
export function createRateLimitActivities({ settings, redact, asChange }: HostDeps): RateLimitActivities {
  const inTurn = createSerializer();
  return {
    observeRateLimits: asActivity(redact, async ({ signal }) => {
      return await withRateLimitKeys(selectorOf(settings), signal, async (keys) => await keys.count());
    }),
    ensureRateLimitsReset: asChange('ensureRateLimitsReset', async ({ signal, mayStillChange }) => {
      const work = async (keys: RateLimitKeys) => await reset(keys, mayStillChange);
      return await inTurn('rate limits', async () => await withRateLimitKeys(selectorOf(settings), signal, work));
    }),
  };
}

/**
 * A database that holds nothing else is not flushed: a key written between the look and the flush would go with it.
 *
 * A scan finds every key that is there from its begin to its end, so one that is left was created meanwhile: the service
 * is at work, and its new limits are as they should be.
 */
async function reset(keys: RateLimitKeys, mayStillChange: () => void): Promise<Change<RateLimitCount>> {
  const before = await keys.count();
  if (before.rateLimitKeys === 0) return { before, after: before, changed: false, notes: [] };
  const unlinked = await keys.unlinkAll(mayStillChange);
  const after = await keys.count();
  const notes = after.rateLimitKeys === 0 ? [] : [`${after.rateLimitKeys} keys were created meanwhile by the service`];
  return { before, after, changed: unlinked > 0, notes };
}

function selectorOf({ dependencies: { redis } }: AgentSettings): RateLimitSelector {
  if (redis === undefined) throw notConfigured('dependencies.redis');
  if (redis.rateLimits === undefined) throw notConfigured('dependencies.redis.rateLimits');
  return { url: redis.url, ...redis.rateLimits };
}
