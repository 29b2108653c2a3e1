import { createRateLimitActivities } from '../../../src/activities/host/rate-limits';
import { withRateLimitKeys } from '../../../src/host/rate-limits';
import { createRedactor } from '../../../src/host/redact';
import { createServiceManagers } from '../../../src/host/service-managers';
import { runCommand } from '../../../src/host/commands';
import type { HostSettings, RecoverySettings } from '../../../src/host/settings';
import { asChangeOf, hostSettings } from '../activities/support/host';
import { PERMIT } from '../../support/permit';

const { signal } = new AbortController();
const url = 'redis://127.0.0.1:1/0';

function activitiesOf(settings: HostSettings) {
  const redact = createRedactor([]);
  const findManager = createServiceManagers(settings, runCommand, redact);
  return createRateLimitActivities({ settings, run: runCommand, redact, findManager, asChange: asChangeOf(settings) });
}

function recovery(rateLimits: RecoverySettings['rateLimits']): RecoverySettings {
  const backup = { root: '/nowhere', images: '/nowhere', layout: 'flat', keepCount: 1, keepForMs: 1, reserveBytes: 0 };
  const owner = { user: 'nobody', group: 'nogroup' };
  return {
    backup,
    owner,
    permissionsLimit: 1,
    permissionsApprovedLimit: 1_000_000,
    temporary: [],
    rateLimits,
    exchanges: [],
  };
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

describe('rate-limit activities', () => {
  const redis = { unit: 'redis-server.service', url };

  it.each<[string, Partial<HostSettings>]>([
    ['no recovery', { dependencies: { redis } }],
    ['recovery switched off', { dependencies: { redis }, recovery: null }],
    ['no Redis', { recovery: recovery({ database: 1, prefix: 'ratelimit:' }) }],
  ])('are not configured with %s', async (_what, more) => {
    const activities = activitiesOf({ ...hostSettings('/nowhere'), ...more });
    await expect(activities.observeRateLimits()).rejects.toMatchObject({ type: 'NotConfigured', nonRetryable: true });
    await expect(activities.ensureRateLimitsReset({ permit: PERMIT })).rejects.toMatchObject({ type: 'NotConfigured' });
  });

  it('never try an unsafe prefix again, and a Redis that is away they do', async () => {
    const settings = { ...hostSettings('/nowhere'), dependencies: { redis } };
    const unsafe = activitiesOf({ ...settings, recovery: recovery({ database: 1, prefix: '*' }) });
    const away = activitiesOf({ ...settings, recovery: recovery({ database: 1, prefix: 'ratelimit:' }) });
    await expect(unsafe.ensureRateLimitsReset({ permit: PERMIT })).rejects.toMatchObject({
      type: 'UnsafeSelector',
      nonRetryable: true,
    });
    await expect(away.ensureRateLimitsReset({ permit: PERMIT })).rejects.toMatchObject({
      type: 'ObservationFailed',
      nonRetryable: false,
    });
  });
});
