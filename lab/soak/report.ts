import type { IncidentView } from '../../src/shared/incident';
import { clock, nameOf } from './record';
import type { SoakRecord } from './record';
import type { Bounds, Stretch, Verdict } from './verdict';

/** The last line of `--json`. Seconds. */
export interface SoakResult {
  seed: number;
  minutes: number;
  deaths: number;
  unwatchedMaxS: number;
  untoldMaxS: number;
  wrongRestarts: number;
}

/** What was before a stretch is part of its story. */
const BEFORE_MS = 60_000;
const AFTER_MS = 10_000;

export function secondsOf(stretch: Stretch | null): number {
  return stretch === null ? 0 : Math.round((stretch.to - stretch.from) / 100) / 10;
}

/** Bounds that do not hold, in words. */
export function broken(verdict: Verdict, bounds: Bounds): string[] {
  const { unwatched, untold, wrongRestarts } = verdict;
  const over = (what: string, stretch: Stretch | null, boundMs: number): string[] =>
    secondsOf(stretch) * 1_000 <= boundMs
      ? []
      : [`${what} for ${secondsOf(stretch)} s, allowed are ${boundMs / 1_000} s`];
  return [
    ...over('down and nothing ran', unwatched, bounds.unwatchedMs),
    ...over('down and nobody was told', untold, bounds.untoldMs),
    ...wrongRestarts.map(({ unit, at }) => `${clock(at)} ${unit} was stopped though it was not down`),
  ];
}

/** Everything that happened around a stretch, in the order of time, as lines. */
export function story(
  { from, to }: Stretch,
  record: SoakRecord,
  runs: { runId: string; view: IncidentView }[],
): string[] {
  const [begin, end] = [from - BEFORE_MS, to + AFTER_MS];
  const lines = [...ofSamples(record), ...ofFaults(record), ...ofStops(record), ...runs.flatMap(ofIncident)];
  const within = lines.filter(({ at }) => at >= begin && at <= end).sort((a, b) => a.at - b.at);
  return within.map(({ at, text }) => `  ${clock(at)} ${at >= from && at <= to ? '|' : ' '} ${text}`);
}

interface Line {
  at: number;
  text: string;
}

/** Only what changed from one look to the next. */
function ofSamples({ samples }: SoakRecord): Line[] {
  let last = '';
  return samples.flatMap(({ at, well, fires, incident, told }) => {
    const open = incident === null ? 'no incident' : `${incident.runId.slice(0, 8)} ${incident.state}`;
    const work = incident === null ? '' : ` [${[...new Set(incident.activities)].join(' ')}]`;
    const alert = fires === null ? '?' : fires ? 'fires' : 'quiet';
    const text = `${well ? 'well' : 'DOWN'}, ${open}${work}, alert ${alert}, ${told ? 'told' : 'nobody told'}`;
    if (text === last) return [];
    last = text;
    return [{ at, text }];
  });
}

function ofFaults({ faults }: SoakRecord): Line[] {
  return faults.flatMap((fault) => [
    { at: fault.from, text: `* ${nameOf(fault)} begins` },
    { at: fault.to, text: `* ${nameOf(fault)} is over` },
  ]);
}

function ofStops({ unitStops }: SoakRecord): Line[] {
  return unitStops.map(({ unit, at }) => ({ at, text: `systemd stops ${unit}` }));
}

function ofIncident({ runId, view }: { runId: string; view: IncidentView }): Line[] {
  return view.timeline.map(({ at, cite, title, status, detail }) => ({
    at: Date.parse(at),
    text: `  ${runId.slice(0, 8)} ${cite} ${title}: ${status} ${detail.replaceAll('\n', ' ')}`.slice(0, 200),
  }));
}
