import type { CountedIncident } from './counted';

/** How often the same came before. */
export interface Recurrence {
  /** Which time this is, from 1. */
  time: number;
  withinDays: number;
  /** The earlier ones, newest first. */
  earlier: CountedIncident[];
}

/** Within which what comes again counts as the same trouble. */
export const RECURRENCE_DAYS = 30;

/**
 * Incidents of the same host, runbook and cause that began within so many days before this one. Where the cause of one is not
 * known, it is the same only as another whose cause is not known either and that has the same alert. Dry runs count nowhere.
 */
export function recurrenceOf(
  incident: CountedIncident,
  others: readonly CountedIncident[],
  withinDays = RECURRENCE_DAYS,
): Recurrence {
  const until = Date.parse(incident.startsAt);
  const since = until - withinDays * 86_400_000;
  const key = keyOf(incident);
  const earlier = others
    .filter((one) => one.as !== 'planned' && one.runId !== incident.runId && keyOf(one) === key)
    .filter(({ startsAt }) => Date.parse(startsAt) >= since && Date.parse(startsAt) < until)
    .sort((a, b) => Date.parse(b.startsAt) - Date.parse(a.startsAt));
  return { time: earlier.length + 1, withinDays, earlier };
}

/** As far back as what came before this moment may count. */
export function recurrencesFrom(iso: string): Date {
  return new Date(Date.parse(iso) - RECURRENCE_DAYS * 86_400_000);
}

/** What makes two incidents the same trouble. */
export function keyOf({ host, runbook, alertname, cause }: CountedIncident): string {
  return JSON.stringify([host, runbook, cause, cause === '' ? alertname : '']);
}

/** `3rd time for this cause in 30 days`; empty where it is the first. */
export function recurrenceText({ time, withinDays }: Recurrence): string {
  return time < 2 ? '' : `${ordinal(time)} time for this cause in ${withinDays} days`;
}

export function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
}
