import type { Recurrence as Came } from '../figures/recurrence';
import type { IncidentView } from '../incident';
import { closingSentence } from '../summary/closing';
import { headline } from '../summary/headline';
import { endInWords } from '../summary/run-end';
import type { OverIncident, PostIncidentRules, Recurrence, ReviewedItem } from './checklist';

/** An incident that is over, with all that its items are made of. */
export interface Reviewed {
  incident: OverIncident;
  /** Temporal's, of its last run: only one that completed says how it ended. */
  status: string;
  endedAt: string | null;
  view: IncidentView;
  isShort: boolean;
  rules: PostIncidentRules;
  recurrence: Recurrence;
  came: Came;
  /** `runbooks.<name>.limits` as they are configured now; durations in milliseconds, with names that end in `Ms`. */
  limits: Record<string, number>;
}

/** How a line of the document is filled in. */
export type Item = (of: Reviewed) => ReviewedItem;

type Over = Pick<Reviewed, 'status' | 'view' | 'endedAt'>;

/** It ended by itself, and not by somebody who ended its run. */
export function hasEnded({ status, view }: Pick<Over, 'status' | 'view'>): boolean {
  return status === 'COMPLETED' && view.outcome !== null;
}

/** In one sentence. A run that was ended from outside says how it stood then. */
export function endOf({ status, view }: Pick<Over, 'status' | 'view'>): string {
  const { outcome } = view;
  if (hasEnded({ status, view }) && outcome !== null) return closingSentence(view, outcome);
  return headline(view, endInWords(status));
}

/** From the alert's start until it was well, else until its end. Never less than nothing: clocks may disagree. */
export function lastedMs({ view, endedAt }: Over): number {
  const { healthyAt, closedAt } = view.measures;
  const end = healthyAt ?? closedAt ?? endedAt;
  return end === null ? 0 : Math.max(0, Date.parse(end) - Date.parse(view.startsAt));
}

/** Over within minutes and by nobody's work: nobody has to sit down for it. */
export function isShort(over: Over, { short }: PostIncidentRules): boolean {
  const { outcome, severity } = over.view;
  if (!hasEnded(over) || outcome === null) return false;
  const isQuick = lastedMs(over) <= short.withinMs;
  return isQuick && short.outcomes.includes(outcome) && !short.except.includes(severity);
}
