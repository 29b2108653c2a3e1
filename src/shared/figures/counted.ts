import type { Finding, IncidentView, Outcome } from '../incident';
import type { RecordedIncident } from '../record';
import type { Mode } from '../safety/safety';
import { causeOf, causeText } from '../summary/causes';
import { lowerFirst } from '../text/text';

/**
 * How an incident ended, as every figure counts it.
 * - `healed`: a change of Halcyon, its own or another one's, is what the verification that held followed.
 * - `byPeople`: people had it, and then it was well.
 * - `byItself`: it was well, and neither this incident nor people changed anything.
 * - `degraded`: it was well, and something of the recovery failed.
 * - `unresolved`: it was closed without being seen well.
 * - `unknown`: its run was terminated, cancelled or failed, or is gone: nobody knows how it went on.
 */
export type HonestOutcome = (typeof HONEST_OUTCOMES)[number];

export const HONEST_OUTCOMES = ['healed', 'byPeople', 'byItself', 'degraded', 'unresolved', 'unknown'] as const;

/** For people. */
export const OUTCOME_WORDS: Record<HonestOutcome, string> = {
  healed: 'healed by Halcyon',
  byPeople: 'mended by people',
  byItself: 'well again by itself',
  degraded: 'running again with troubles left',
  unresolved: 'unresolved',
  unknown: 'unknown',
};

/** - `open`: it has not ended. - `planned`: a dry run. Neither is counted as an end. */
export type CountedAs = HonestOutcome | 'open' | 'planned';

/** What a figure needs to know of an incident. Moments are ISO 8601; null where it did not come to it. */
export interface CountedIncident {
  workflowId: string;
  /** The run that it began with. */
  runId: string;
  alertname: string;
  host: string | null;
  runbook: string;
  severity: string;
  as: CountedAs;
  /** Halcyon was not allowed to change anything. */
  isObserved: boolean;
  /** A person started it: nothing had to detect it. */
  isByHand?: true;
  /** In few words, the same for the same cause: `killed`, `Redis is down`; empty where nothing is known. */
  cause: string;
  startsAt: string;
  receivedAt: string;
  firstActionAt: string | null;
  healthyAt: string | null;
  endedAt: string | null;
  /** When people were paged, by pages that were delivered. */
  pagedAt: string[];
  /** When the first of them acknowledged it. */
  acknowledgedAt: string | null;
}

export function countedOf({ view, ...run }: RecordedIncident): CountedIncident {
  const { alertname, host, runbook, severity, startsAt, receivedAt, measures } = view;
  const { firstActionAt = null, healthyAt = null } = measures;
  return {
    ...{ workflowId: run.workflowId, runId: run.runId, alertname, host, runbook, severity },
    ...{ as: countedAs(run.status, view), isObserved: view.mode === 'observe' },
    ...(view.startedBy === undefined ? {} : { isByHand: true as const }),
    cause: causeKey(view),
    ...{ startsAt, receivedAt, firstActionAt, healthyAt, endedAt: run.endedAt ?? measures.closedAt ?? null },
    pagedAt: (view.pages ?? []).flatMap(({ at, delivered }) => (delivered ? [at] : [])),
    acknowledgedAt: (view.acknowledgements ?? []).map(({ at }) => at).sort()[0] ?? null,
  };
}

/** @param status Temporal's: only a run that ended by itself says how its incident ended */
export function countedAs(status: string, { outcome, mode }: { outcome: Outcome | null; mode?: Mode }): CountedAs {
  if (status === 'RUNNING') return 'open';
  if (outcome === 'planned') return 'planned';
  if (status !== 'COMPLETED' || outcome === null) return 'unknown';
  // Who may change nothing heals nothing: it was another one's change that made the host well.
  if (mode === 'observe' && outcome === 'healed') return 'byItself';
  return OF_OUTCOME[outcome];
}

const OF_OUTCOME: Record<Exclude<Outcome, 'planned'>, HonestOutcome> = {
  healed: 'healed',
  selfHealed: 'byItself',
  resolvedByPeople: 'byPeople',
  degraded: 'degraded',
  unresolved: 'unresolved',
};

/** The cause without what differs from one time to the next: numbers, and what stands in parentheses. */
export function causeKey(view: { cause: IncidentView['cause']; findings: Finding[] }): string {
  const cause = causeOf({ ...view, timeline: [] }, view.findings);
  if (cause === null) return '';
  // Where there are no better words than the evidence, the title of the cause is the same each time.
  const acted = view.cause?.evidence.startsWith(cause.is.replace(/…$/, '')) === true && cause.of === '';
  return (acted ? lowerFirst(view.cause!.title) : causeText(cause))
    .replace(/\s*\(.*\)/s, '')
    .replace(/\d+(?:[.,]\d+)*/g, '…')
    .trim();
}
