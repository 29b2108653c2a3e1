import type { EscalationPlan, EscalationPolicy } from '../../shared/paging/escalation';
import { planFor } from '../../shared/paging/escalation-routes';
import type { RunbookName } from '../../shared/runbooks';
import type { Config } from '../schema/config';

/** Who is paged when about incidents of a runbook. No secret is in it. */
export function escalationPolicy({ escalation }: Config, runbook?: RunbookName): EscalationPolicy {
  const { firstTierAfterMs, holdAfterAckMs, tiers, ...rest } = escalation;
  const own = runbook === undefined ? undefined : firstTierAfterMs[runbook];
  const [first, ...later] = tiers;
  return {
    ...rest,
    tiers: first !== undefined && own !== undefined ? [{ ...first, afterMs: own, senior: true }, ...later] : tiers,
    holdMs: holdAfterAckMs,
  };
}

/** Who is paged when about what no alert is about, such as a lease that cannot be undone. It is critical. */
export function escalationPlan(config: Config): EscalationPlan {
  const policy = { ...escalationPolicy(config), routes: [] };
  return planFor(policy, { alertname: '', severity: 'critical', labels: {} }, 0);
}
