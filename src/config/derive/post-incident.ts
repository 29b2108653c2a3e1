import type { PostIncidentInput } from '../../shared/post-incident/checklist';
import type { RunbookName } from '../../shared/runbooks';
import type { Config } from '../schema/config';
import { incidentPolicies } from './incident-policies';

/** What the checklist of an incident takes with it from the configuration; null where nobody wants one. */
export function postIncidentPolicy({
  postIncident,
  escalation,
}: Config): Omit<PostIncidentInput, 'incident' | 'carried'> | null {
  const { enabled, team, short, meeting, recurrence, dueInMs, remindEveryMs } = postIncident;
  if (!enabled) return null;
  return { rules: { short, meeting, recurrence }, team: escalation.teams[team] ?? null, dueInMs, remindEveryMs };
}

/** What is too much or too long on the page of a runbook. */
export function limitsOf(config: Config, runbook: RunbookName): Record<string, number> {
  return incidentPolicies(config, runbook).policy.limits ?? {};
}
