import type { IncidentView } from '../../src/shared/incident';
import type { TimelineEntry } from '../../src/shared/timeline';
import type { Ending, Fault } from './fault';
import type { Difference } from './snapshot';

/** What was seen of a fault from its injection to its end. */
export interface Played {
  name: string;
  injectedAt: number;
  /** The incident as it was when it had come to its end; null where no alert began one. */
  view: IncidentView | null;
  /** As it was when it closed; null where it did not. */
  closed: IncidentView | null;
  /** What differs and belongs neither to the faults nor to their remedies. */
  differences: Difference[];
  /** Where the record of what was changed, and the host, do not say the same; in words. */
  unlike: string[];
  /** Incidents of faults that were there at the same time. */
  beside: IncidentView[];
  floorMs: number | null;
  killed: string | null;
  /** Leases of the host that are still in effect. */
  leasesLeft: string[];
  /** Nothing of it was left: no alert, no incident, and KingFisher is ready. */
  isQuiet: boolean;
}

/** One row of the table, and of gameday.json. */
export interface Row {
  name: string;
  alert: string;
  /** As found. */
  cause: string | null;
  changes: string[];
  outcome: Ending | 'none' | 'open';
  expected: Ending;
  ok: boolean;
  /** Everything that is not as it should be, in words. */
  problems: string[];
  collateral: string[];
  /** From injection to the first activity on the host. */
  firstActionMs: number | null;
  /** From injection to the host that is well, where Halcyon healed it. */
  mttrMs: number | null;
  floorMs: number | null;
  killed: string | null;
}

/** `observe`: nothing may be changed, and the same cause is named. */
export function judge(fault: Fault, played: Played, observe: boolean): Row {
  const { expects } = fault;
  const { view, closed } = played;
  const isMended = expects.ending === 'healed' || expects.ending === 'approved';
  const expected = observe ? (expects.observed?.ending ?? (isMended ? 'escalated' : expects.ending)) : expects.ending;
  const outcome = endingOf(played);
  const found = causesOf(view);
  const changes = changesOf(closed ?? view);
  const cause = observe ? (expects.observed?.cause ?? expects.cause) : expects.cause;
  const wanted = observe ? [] : expects.changes;
  const allowed = observe ? [] : [...expects.changes, ...(expects.mayChange ?? [])];
  const left = played.differences.map(differenceText);
  const problems = [
    ...(outcome === expected ? [] : [`ended as ${outcome}, not ${expected}`]),
    ...(cause === null || found.includes(cause) ? [] : [`found ${found.join(', ') || 'no cause'}`]),
    ...wanted.filter((start) => !changes.some((title) => title.startsWith(start))).map((start) => `did not: ${start}`),
    ...changes.filter((title) => !allowed.some((start) => title.startsWith(start))).map((title) => `changed: ${title}`),
    ...left.map((text) => `collateral: ${text}`),
    ...played.unlike,
    ...played.leasesLeft.map((setting) => `lease left: ${setting}`),
    ...overlaps(closed ?? view, played.beside),
    ...(closed === null ? ['its incident did not close'] : []),
    ...(played.isQuiet ? [] : ['an alert or an incident is still there, or KingFisher is not ready']),
  ];
  return {
    name: played.name,
    alert: fault.alert,
    cause: cause !== null && found.includes(cause) ? cause : (found[0] ?? null),
    changes,
    outcome,
    expected,
    ok: problems.length === 0,
    problems,
    collateral: left,
    firstActionMs: since(played.injectedAt, view?.measures.firstActionAt),
    mttrMs:
      outcome === 'healed' || outcome === 'approved'
        ? since(played.injectedAt, (closed ?? view)?.measures.healthyAt)
        : null,
    floorMs: played.floorMs,
    killed: played.killed,
  };
}

/** How it came out, by what people saw of it. */
export function endingOf({ view, closed }: Pick<Played, 'view' | 'closed'>): Row['outcome'] {
  if (view === null) return 'none';
  if (closed?.outcome === 'healed' && isApproved(closed)) return 'approved';
  if (view.tier > 0) return 'escalated';
  if (view.findings.some(({ name }) => name === 'AlertContradicted')) return 'monitoring';
  if (closed === null) return 'open';
  return changesOf(closed).length > 0 ? 'healed' : 'byItself';
}

/** A person said yes to something that it asked. */
export function isApproved({ approvals }: IncidentView): boolean {
  return approvals.some(({ state }) => state === 'approved');
}

function causesOf(view: IncidentView | null): string[] {
  if (view === null) return [];
  const cause = view.cause === null ? [] : [`${view.cause.cite} ${view.cause.title}`];
  return [...cause, ...view.findings.map(({ name }) => name)];
}

function changesOf(view: IncidentView | null): string[] {
  return [...new Set(madeBy(view).map(({ title }) => title))];
}

/** Changes that were made, or may have been. */
function madeBy(view: IncidentView | null): TimelineEntry[] {
  return (view?.timeline ?? []).filter(
    ({ kind, status }) => kind === 'change' && (status === 'done' || status === 'failed'),
  );
}

/** One change at a time: what was changed while an incident beside it changed something. */
function overlaps(view: IncidentView | null, beside: readonly IncidentView[]): string[] {
  const others = beside.flatMap(madeBy);
  return madeBy(view).flatMap((one) =>
    others
      .filter((other) => one.at < (other.endedAt ?? other.at) && other.at < (one.endedAt ?? one.at))
      .map((other) => `changed at once: ${one.title}, and ${other.title}`),
  );
}

function since(from: number, at: string | null | undefined): number | null {
  return at === null || at === undefined ? null : Date.parse(at) - from;
}

function differenceText({ thing, before, after }: Difference): string {
  return `${thing}: ${before ?? 'not there'} -> ${after ?? 'gone'}`;
}
