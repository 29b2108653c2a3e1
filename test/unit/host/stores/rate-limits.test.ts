import { createRateLimitActivities } from '../../../../src/activities/host/stores/rate-limits';
import { withRateLimitKeys } from '../../../../src/host/stores/rate-limits';
import { createLedger } from '../../../../src/host/ledger/ledger';
import { createRedactor } from '../../../../src/host/redact';
import { createServiceManagers } from '../../../../src/host/services/service-managers';
import { runCommand } from '../../../../src/host/programs/commands';
import type { AgentSettings } from '../../../../src/host/agent-settings';
import { asChangeOf, hostSettings } from '../../activities/support/host';
import { playRedis } from '../support/redis';
import { PERMIT } from '../../../support/scripted/permit';

const { signal } = new AbortController();
const url = 'redis://127.0.0.1:1/0';

function activitiesOf(settings: AgentSettings) {
  const redact = createRedactor([]);
  const findManager = createServiceManagers(settings, runCommand, redact);
  const asChange = asChangeOf(settings);
  const ledger = createLedger(settings);
  return createRateLimitActivities({ settings, run: runCommand, redact, findManager, ledger, asChange });
}

describe('withRateLimitKeys', () => {
  it.each([
    ['', 1],
    ['  ', 1],
    ['*', 1],
    ['rate?limit:', 1],
    ['[r]atelimit:', 1],
    ['ratelimit\\', 1],
    ['ratelimit:', -1],
    ['ratelimit:', 1.5],
    ['ratelimit:', Number.NaN],
  ])('refuses prefix %j in database %d before it connects', async (prefix, database) => {
    const work = jest.fn();
    const failure = withRateLimitKeys({ url, database, prefix }, signal, work);
    await expect(failure).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    expect(work).not.toHaveBeenCalled();
  });

  it('says why there is no connection', async () => {
    const failure = withRateLimitKeys({ url, database: 1, prefix: 'ratelimit:' }, signal, async () => 'connected');
    await expect(failure).rejects.toThrow('ECONNREFUSED');
  });

  it('does not begin when it is cancelled', async () => {
    const cancelled = AbortSignal.abort(new Error('cancelled by a test'));
    const failure = withRateLimitKeys({ url, database: 1, prefix: 'ratelimit:' }, cancelled, async () => 'connected');
    await expect(failure).rejects.toThrow('cancelled by a test');
  });
});

describe('rate-limit keys', () => {
  it('are those whose bytes begin with the prefix, whatever Redis calls a match', async () => {
    const redis = await playRedis(['ratelimit:a', 'idempotency:b', 'RATELIMIT:c', 'ratelimit:\u00ff']);
    const selector = { url: redis.url, database: 1, prefix: 'ratelimit:' };
    try {
      const done = await withRateLimitKeys(selector, signal, async (keys) => {
        return [await keys.count(), await keys.unlinkAll()] as const;
      });
      expect(done).toEqual([{ database: 1, rateLimitKeys: 2, otherKeys: 2 }, 2]);
      expect(redis.unlinked).toEqual(['ratelimit:a', 'ratelimit:\u00ff']);
    } finally {
      redis.close();
    }
  });
});

describe('rate-limit activities', () => {
  const redis = { unit: 'redis-server.service', url };
  const limitedBy = (prefix: string) =>
    activitiesOf({
      ...hostSettings('/nowhere'),
      dependencies: { redis: { ...redis, rateLimits: { database: 1, prefix } } },
    });

  it.each([
    ['dependencies.redis', {}],
    ['dependencies.redis.rateLimits', { redis }],
  ])('are not configured without %s', async (key, dependencies) => {
    const activities = activitiesOf({ ...hostSettings('/nowhere'), dependencies });
    const notConfigured = {
      type: 'NotConfigured',
      nonRetryable: true,
      message: expect.stringContaining(`${key} is not configured`),
    };
    await expect(activities.observeRateLimits()).rejects.toMatchObject(notConfigured);
    await expect(activities.ensureRateLimitsReset({ permit: PERMIT })).rejects.toMatchObject(notConfigured);
  });

  it('never try an unsafe prefix again, and a Redis that is away they do', async () => {
    await expect(limitedBy('*').ensureRateLimitsReset({ permit: PERMIT })).rejects.toMatchObject({
      type: 'UnsafeSelector',
      nonRetryable: true,
    });
    await expect(limitedBy('ratelimit:').ensureRateLimitsReset({ permit: PERMIT })).rejects.toMatchObject({
      type: 'ObservationFailed',
      nonRetryable: false,
    });
  });
});
