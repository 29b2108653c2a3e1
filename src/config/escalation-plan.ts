import type { EscalationPlan } from '../shared/escalation';
import type { Config } from './schema/config';

/** Who is paged when, for what is no runbook's incident. No secret is in it. */
export function escalationPlan({ escalation }: Config): EscalationPlan {
  const { teams, duty, tiers, holdAfterAckMs } = escalation;
  return { teams, duty, tiers, holdMs: holdAfterAckMs };
}
