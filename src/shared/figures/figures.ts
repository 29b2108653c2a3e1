import { HONEST_OUTCOMES } from './counted';
import type { CountedIncident, HonestOutcome } from './counted';
import { between, spreadOf } from './spread';
import type { Spread } from './spread';

/** Of how many, how many; `share` is null where there were none. */
export interface Rate {
  count: number;
  of: number;
  /** 0 to 1. */
  share: number | null;
}

/**
 * Every figure on incidents that Halcyon tells anybody. Dry runs and open incidents are counted by themselves and are in no
 * other figure.
 */
export interface Figures {
  /** Those that ended. */
  ended: number;
  open: number;
  planned: number;
  outcomes: Record<HonestOutcome, number>;
  /** Of those that ended, Halcyon was not allowed to change anything for so many. */
  observed: number;
  /**
   * Healed by Halcyon, of all that somebody had to mend and Halcyon was allowed to. What ended well by itself needed nobody,
   * and is neither here nor there; what nobody knows the end of counts against Halcyon.
   */
  healRate: Rate;
  /** From the alert's start until it was well, of those that Halcyon healed. */
  timeToHeal: Spread | null;
  /** The same of all that Halcyon or people mended, also where troubles are left. */
  timeToMend: Spread | null;
  /** From the alert's start until Halcyon had it, where no person started it. */
  timeToDetect: Spread | null;
  /** From then until the first step on the host began. */
  timeToAct: Spread | null;
  /** From the first page that was delivered until somebody acknowledged it. */
  timeToAcknowledge: Spread | null;
  /** Incidents that people were paged for. */
  paged: number;
  /** Of these, those that ended and that nobody ever acknowledged. */
  unanswered: number;
  pages: number;
}

const MENDED = ['healed', 'byPeople', 'degraded'];

export function figuresOf(incidents: readonly CountedIncident[]): Figures {
  const ended = incidents.filter(isEnded);
  const paged = incidents.filter(({ as, pagedAt }) => as !== 'planned' && pagedAt.length > 0);
  const times = (some: readonly CountedIncident[], of: (incident: CountedIncident) => number | undefined) =>
    spreadOf(some.map(of).filter((ms) => ms !== undefined));
  const as = (...wanted: string[]) => ended.filter((one) => wanted.includes(one.as));
  return {
    ended: ended.length,
    open: incidents.filter((one) => one.as === 'open').length,
    planned: incidents.filter((one) => one.as === 'planned').length,
    outcomes: Object.fromEntries(HONEST_OUTCOMES.map((name) => [name, as(name).length])) as Figures['outcomes'],
    observed: ended.filter(({ isObserved }) => isObserved).length,
    healRate: healRate(ended),
    timeToHeal: times(as('healed'), timeToHealth),
    timeToMend: times(as(...MENDED), timeToHealth),
    timeToDetect: times(ended, timeToDetect),
    timeToAct: times(ended, ({ receivedAt, firstActionAt }) => between(receivedAt, firstActionAt)),
    timeToAcknowledge: times(paged, timeToAcknowledge),
    paged: paged.length,
    unanswered: paged.filter(isUnanswered).length,
    pages: paged.reduce((sum, { pagedAt }) => sum + pagedAt.length, 0),
  };
}

export interface Group {
  /** What its incidents have in common. */
  name: string;
  figures: Figures;
  incidents: CountedIncident[];
}

/** The same figures of each group, the largest first. */
export function figuresBy(
  incidents: readonly CountedIncident[],
  nameOf: (incident: CountedIncident) => string,
): Group[] {
  const groups = new Map<string, CountedIncident[]>();
  for (const incident of incidents) {
    const name = nameOf(incident);
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [incident]);
    else known.push(incident);
  }
  return [...groups]
    .map(([name, some]) => ({ name, figures: figuresOf(some), incidents: some }))
    .sort((a, b) => b.incidents.length - a.incidents.length || (a.name < b.name ? -1 : 1));
}

/** Pages by the hour of the day in UTC, 24 numbers. */
export function pagesByHour(incidents: readonly CountedIncident[]): number[] {
  const hours = Array.from({ length: 24 }, () => 0);
  for (const { as, pagedAt } of incidents) {
    if (as !== 'planned') for (const at of pagedAt) hours[new Date(at).getUTCHours()]! += 1;
  }
  return hours;
}

/** Neither open nor a dry run. */
export function isEnded({ as }: Pick<CountedIncident, 'as'>): boolean {
  return as !== 'open' && as !== 'planned';
}

/** From the alert's start until it was well; undefined where nobody saw it well. */
export function timeToHealth({ startsAt, healthyAt }: CountedIncident): number | undefined {
  return between(startsAt, healthyAt);
}

function timeToDetect({ isByHand, startsAt, receivedAt }: CountedIncident): number | undefined {
  return isByHand === true ? undefined : between(startsAt, receivedAt);
}

export function timeToAcknowledge({ pagedAt, acknowledgedAt }: CountedIncident): number | undefined {
  return between([...pagedAt].sort()[0] ?? null, acknowledgedAt);
}

export function isUnanswered(incident: CountedIncident): boolean {
  return isEnded(incident) && incident.pagedAt.length > 0 && incident.acknowledgedAt === null;
}

function healRate(ended: readonly CountedIncident[]): Rate {
  const needed = ended.filter(({ as, isObserved }) => as !== 'byItself' && !isObserved);
  const count = needed.filter(({ as }) => as === 'healed').length;
  return { count, of: needed.length, share: needed.length === 0 ? null : count / needed.length };
}
