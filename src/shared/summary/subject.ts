import type { IncidentView } from '../incident';
import { RUNBOOKS } from '../runbooks';

/** What the page of an incident is about, to begin a sentence with: `KingFisher`; else its alert. */
export function subjectOf({ runbook, alertname }: Pick<IncidentView, 'runbook' | 'alertname'>): string {
  return RUNBOOKS[runbook].about ?? alertname;
}
