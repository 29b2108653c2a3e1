import { HONEST_OUTCOMES, OUTCOME_WORDS } from '../../shared/figures/counted';
import type { CountedIncident, HonestOutcome } from '../../shared/figures/counted';
import { pagesByHour, timeToHealth } from '../../shared/figures/figures';
import type { BarChart, Chart, Tone } from '../../shared/report/document';

const DAY = 86_400_000;
/** More bars than these are weeks. */
const MOST_DAYS = 62;

const TONES: Record<HonestOutcome, Tone> = {
  healed: 'good',
  byPeople: 'people',
  byItself: 'plain',
  degraded: 'warning',
  unresolved: 'bad',
  unknown: 'unknown',
};

/** Incidents by the day that they began on, each bar made of how they ended. Older ones that went on are on the first day. */
export function outcomesByDay(incidents: readonly CountedIncident[], since: string, until: string): BarChart {
  const days = Math.ceil((Date.parse(until) - dayOf(since)) / DAY);
  const width = days > MOST_DAYS ? 7 : 1;
  const bars = Array.from({ length: Math.max(1, Math.ceil(days / width)) }, (_, n) => ({
    name: nameOf(dayOf(since) + n * width * DAY),
    values: HONEST_OUTCOMES.map(() => 0),
  }));
  for (const { as, startsAt } of incidents) {
    const part = HONEST_OUTCOMES.findIndex((name) => name === as);
    const place = Math.floor((Date.parse(startsAt) - dayOf(since)) / (width * DAY));
    const bar = bars[Math.min(bars.length - 1, Math.max(0, place))]!;
    if (part >= 0) bar.values[part]! += 1;
  }
  const title = width === 1 ? 'Incidents by the day they began' : 'Incidents by the week they began';
  return {
    title,
    unit: '',
    parts: HONEST_OUTCOMES.map((name) => ({ name: OUTCOME_WORDS[name], tone: TONES[name] })),
    bars,
  };
}

export function pagesChart(incidents: readonly CountedIncident[]): BarChart {
  const bars = pagesByHour(incidents).map((pages, hour) => ({ name: String(hour).padStart(2, '0'), values: [pages] }));
  return { title: 'Pages by the hour of the day (UTC)', unit: '', parts: [{ name: '', tone: 'people' }], bars };
}

/** How long each took, by when it began; none where one is all there is. */
export function timesToMend(incidents: readonly CountedIncident[]): Chart[] {
  const points = (...wanted: string[]) =>
    incidents.flatMap((one): [number, number][] => {
      const ms = timeToHealth(one);
      return wanted.includes(one.as) && ms !== undefined ? [[Date.parse(one.startsAt), ms / 1_000]] : [];
    });
  const series = [
    { name: 'healed by Halcyon', isPoints: true as const, points: points('healed') },
    { name: 'mended by people, or troubles left', isPoints: true as const, points: points('byPeople', 'degraded') },
  ].filter((one) => one.points.length > 1);
  return series.length === 0
    ? []
    : [{ title: 'From the alert until it was well, by when it began', unit: 's', series }];
}

function dayOf(iso: string): number {
  return Date.parse(iso.slice(0, 10));
}

/** `23.11.` would be read in two ways. */
function nameOf(day: number): string {
  const [, month = '', date = ''] = /^\d{4}-(\d\d)-(\d\d)/.exec(new Date(day).toISOString()) ?? [];
  return `${month}-${date}`;
}
