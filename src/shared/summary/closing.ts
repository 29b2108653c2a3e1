import { roughDuration } from '../text/durations';
import type { Fact } from '../paging/escalation';
import type { IncidentView, Outcome } from '../incident';
import { unwellOf } from '../runbooks';
import { clock, cut } from '../text/text';
import { causeOf, pastCause, unknownCause } from './causes';
import { lastAction, nothingChanged } from './changes';
import { changeLines } from './change-lines';
import { placeOf } from './condition';
import { leaseLines } from './leases';
import { subjectOf } from './subject';

const MAX_REASON = 200;
const MAX_FOUND = 6;

export interface ClosedBy {
  as: string;
  reason: string;
}

/**
 * How an incident ended in one sentence: who or what mended it, what it was, and how long it took.
 * `Healed on h1: KingFisher was killed (signal); restarted by Halcyon; down 42 s`
 */
export function closingSentence(view: IncidentView, outcome: Outcome, closedBy: ClosedBy | null = null): string {
  const parts = [what(view), did(view, outcome), lasted(view, outcome)].filter((part) => part !== '');
  return `${ended(view, outcome, closedBy)} on ${placeOf(view)}: ${parts.join('; ')}`;
}

/** What a reader of the closing message wants to know besides; few, and each bounded. */
export function closingFacts(view: IncidentView, outcome: Outcome, closedBy: ClosedBy | null = null): Fact[] {
  const found = [...new Set(view.findings.map(({ name }) => name))].slice(0, MAX_FOUND);
  const changed = changeLines(view);
  const leases = leaseLines(view);
  return [
    { name: 'Mended by', lines: [mendedBy(view, outcome)] },
    ...(closedBy === null
      ? []
      : [{ name: 'Closed by', lines: [`${closedBy.as}: ${cut(closedBy.reason, MAX_REASON)}`] }]),
    { name: 'Time', lines: [times(view)] },
    { name: 'Changed', lines: changed.length > 0 ? changed : [nothingChanged(view)] },
    ...(leases.length === 0 ? [] : [{ name: 'Leases', lines: leases }]),
    ...(found.length === 0 ? [] : [{ name: 'Found', lines: [found.join(', ')] }]),
  ];
}

function ended(view: IncidentView, outcome: Outcome, closedBy: ClosedBy | null): string {
  switch (outcome) {
    case 'healed':
      return 'Healed';
    case 'degraded':
      return 'Running again with troubles left';
    case 'selfHealed':
      return view.runbook === 'unknownAlert' ? `${view.alertname} resolved` : 'Well again by itself';
    case 'resolvedByPeople':
      return `Mended by ${holder(view) ?? 'people'}`;
    case 'unresolved':
      return closedBy === null ? 'Closed without being well' : `Closed by ${closedBy.as} without being seen well`;
    case 'planned':
      return 'Dry run made';
  }
}

function what(view: IncidentView): string {
  if (view.runbook === 'unknownAlert') return cut(view.summary ?? view.alertname, MAX_REASON);
  const cause = causeOf(view, view.findings);
  const subject = subjectOf(view);
  return cause === null ? `${subject}, ${unknownCause(view.findings)}` : pastCause(cause, subject);
}

function did(view: IncidentView, outcome: Outcome): string {
  if (view.runbook === 'unknownAlert') return 'no runbook for it';
  return outcome === 'planned' ? 'Halcyon changed nothing' : lastAction(view);
}

function lasted(view: IncidentView, outcome: Outcome): string {
  if (outcome === 'planned') return '';
  const ms = lastedMs(view);
  if (ms === null) return '';
  const isWell = view.measures.healthyAt !== null && outcome !== 'unresolved';
  const wasDown = isWell && view.runbook !== 'unknownAlert' && unwellOf(view.runbook) === 'not ready';
  return `${wasDown ? 'down' : 'open for'} ${roughDuration(ms)}`;
}

/** From the alert's start to health, or to the end where nobody saw health. Null where the clocks disagree. */
function lastedMs({ startsAt, measures }: IncidentView): number | null {
  const end = measures.healthyAt ?? measures.closedAt;
  const ms = end === null ? NaN : Date.parse(end) - Date.parse(startsAt);
  return ms >= 0 ? ms : null;
}

function mendedBy(view: IncidentView, outcome: Outcome): string {
  switch (outcome) {
    case 'healed':
    case 'degraded':
      return view.mendedBy === undefined ? 'Halcyon' : `Halcyon, by ${view.mendedBy.incidentId}`;
    case 'selfHealed':
      return 'nobody: neither Halcyon nor anybody who was called changed anything, as far as is known';
    case 'resolvedByPeople':
      return holder(view) ?? 'people; nobody acknowledged it';
    default:
      return 'nobody';
  }
}

/** Who has it, or had it last. */
function holder({ acknowledged, timeline }: IncidentView): string | null {
  const noted = timeline.flatMap(
    ({ kind, title }) => (kind === 'note' && /^Acknowledged by (.+)$/.exec(title)?.[1]) || [],
  );
  return acknowledged?.as ?? noted.at(-1) ?? null;
}

function times({ startsAt, measures }: IncidentView): string {
  const { healthyAt, closedAt } = measures;
  const well = healthyAt === null ? 'never seen well' : `well since ${clock(healthyAt)}`;
  const closed = closedAt === null ? '' : `, closed ${clock(closedAt)}`;
  return `began ${startsAt.slice(0, 10)} ${clock(startsAt)}, ${well}${closed}`;
}
