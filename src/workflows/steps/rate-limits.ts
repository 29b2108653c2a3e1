import type { Change } from '../../shared/observations/change';
import type { RateLimitCount } from '../../shared/observations/probes';
import type { HostSteps } from '../runbook/host-steps';

export async function resetRateLimits(steps: HostSteps): Promise<Change<RateLimitCount> | undefined> {
  return await steps.tryAct(
    { cite: 'H.5', title: 'Reset rate limits' },
    {},
    (host, permit) => host.ensureRateLimitsReset({ permit }),
    describeRateLimitsReset,
  );
}

export async function planRateLimits(steps: HostSteps): Promise<void> {
  await steps.observe(
    { cite: 'H.5', title: 'Would reset rate limits' },
    (host) => host.observeRateLimits(),
    describeRateLimits,
  );
}

export function describeRateLimits(count: RateLimitCount): string {
  return `database ${count.database}: ${count.rateLimitKeys} rate-limit keys, ${count.otherKeys} others`;
}

export function describeRateLimitsReset({ before, after }: Change<RateLimitCount>): string {
  return `database ${after.database}: ${before.rateLimitKeys} → ${after.rateLimitKeys} rate-limit keys, ${after.otherKeys} others left alone`;
}
