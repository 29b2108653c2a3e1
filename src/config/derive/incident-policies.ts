import type { IncidentInput } from '../../shared/incident';
import type { RunbookName } from '../../shared/runbooks';
import { escalationPolicy } from './escalation-policy';
import type { Config } from '../schema/config';

/** What an incident of this runbook takes with it from the configuration. No secret is in it. */
export function incidentPolicies(
  config: Config,
  runbook: RunbookName,
): Required<Pick<IncidentInput, 'policy' | 'safety'>> {
  // An alert that nobody mapped changes nothing; times of waiting are those of runbook A.
  const { mode, ...policy } = config.runbooks[runbook === 'unknownAlert' ? 'serviceDown' : runbook];
  return {
    policy,
    safety: {
      mode: runbook === 'unknownAlert' ? 'observe' : mode,
      escalation: escalationPolicy(config, runbook),
      guard: config.guard,
      approvals: config.approvals,
    },
  };
}
