import type { IncidentInput, RunbookName } from '../shared/incident';
import type { Config } from './schema/config';

/** What an incident of this runbook takes with it from the configuration. No secret is in it. */
export function incidentPolicies(
  config: Config,
  runbook: RunbookName,
): Required<Pick<IncidentInput, 'policy' | 'safety'>> {
  // An alert that nobody mapped changes nothing; times of waiting are those of runbook A.
  const { mode, ...policy } = config.runbooks[runbook === 'unknownAlert' ? 'serviceDown' : runbook];
  const { teams, duty, tiers, firstTierAfterMs, holdAfterAckMs } = config.escalation;
  const own = firstTierAfterMs[runbook];
  const [first, ...later] = tiers;
  return {
    policy,
    safety: {
      mode: runbook === 'unknownAlert' ? 'observe' : mode,
      escalation: {
        teams,
        duty,
        tiers: first !== undefined && own !== undefined ? [{ ...first, afterMs: own, senior: true }, ...later] : tiers,
        holdMs: holdAfterAckMs,
      },
      guard: config.guard,
      approvals: config.approvals,
    },
  };
}
