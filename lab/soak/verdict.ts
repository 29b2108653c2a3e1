/** What a soak's record means: how long nobody watched, how long nobody was told, and what was restarted wrongly. */
import { FAULTS } from './schedule';
import type { Dependency } from './schedule';
import type { FaultSpan, Sample, SoakRecord, UnitStop } from './record';

/** Nothing of Halcyon is at work in the other states: it waits for somebody, or believes that all is well. */
const AT_WORK = ['diagnosing', 'remedying', 'verifying'];
/** Faults in which a restart of the dependency is right. */
const DOWN: readonly string[] = ['dependencyStopped', 'dependencyPaused'];
/** A restart that was begun in a fault may be carried out a little after its end. */
const LATE_MS = 5_000;
/** KingFisher counts as healthy where it was so for this long before. */
const HEALTHY_FOR_MS = 3_000;

export interface Bounds {
  /** How long monitoring may take to fire: two scrapes, one that hangs, and the rule's `for`. */
  detectionMs: number;
  unwatchedMs: number;
  untoldMs: number;
}

export interface Stretch {
  from: number;
  to: number;
}

export interface Verdict {
  unwatched: Stretch | null;
  untold: Stretch | null;
  down: Stretch | null;
  wrongRestarts: UnitStop[];
}

export function judge(record: SoakRecord, bounds: Bounds, units: Record<string, Dependency | 'kingfisher'>): Verdict {
  const { samples } = record;
  const known = knownSince(samples, bounds.detectionMs);
  return {
    down: longest(samples, (sample) => !sample.well),
    unwatched: longest(samples, (sample, index) => {
      return known[index]! && !isAtWork(sample) && hasRemedies(record.faults, sample.at);
    }),
    untold: longest(samples, (sample) => !sample.well && !sample.told),
    wrongRestarts: record.unitStops.filter((stop) => isWrong(record, stop, units)),
  };
}

/**
 * For each sample: it is down, and Halcyon could know. It can from the first moment where its incident is open, else from
 * when the alert fires, or should long have fired.
 */
function knownSince(samples: Sample[], detectionMs: number): boolean[] {
  let downSince: number | null = null;
  let isKnown = false;
  return samples.map((sample) => {
    if (sample.well) {
      downSince = null;
      isKnown = false;
      return false;
    }
    downSince ??= sample.at;
    isKnown ||= sample.incident !== null || sample.fires === true || sample.at - downSince >= detectionMs;
    return isKnown;
  });
}

function isAtWork({ incident }: Sample): boolean {
  return incident !== null && AT_WORK.includes(incident.state) && incident.activities.length > 0;
}

/** No fault is in force that only people can mend. */
function hasRemedies(faults: FaultSpan[], at: number): boolean {
  return !faults.some(({ name, from, to }) => !FAULTS[name].mendable && from <= at && at <= to);
}

/** The longest run of samples for which it holds; it lasts until the sample after it. */
function longest(samples: Sample[], holds: (sample: Sample, index: number) => boolean): Stretch | null {
  let best: Stretch | null = null;
  let from: number | null = null;
  samples.forEach((sample, index) => {
    if (!holds(sample, index)) {
      from = null;
      return;
    }
    from ??= sample.at;
    const to = samples[index + 1]?.at ?? sample.at;
    if (best === null || to - from > best.to - best.from) best = { from, to };
  });
  return best;
}

function isWrong(
  record: SoakRecord,
  { unit, at }: UnitStop,
  units: Record<string, Dependency | 'kingfisher'>,
): boolean {
  if (record.ownWork.some((work) => work.unit === unit && work.from <= at && at <= work.to)) return false;
  const what = units[unit]!;
  if (what === 'kingfisher') return wasHealthy(record.samples, at);
  return !record.faults.some(
    ({ name, dependency, from, to }) => DOWN.includes(name) && dependency === what && from <= at && at <= to + LATE_MS,
  );
}

function wasHealthy(samples: Sample[], at: number): boolean {
  const before = samples.filter((sample) => sample.at > at - HEALTHY_FOR_MS && sample.at < at);
  return before.length > 0 && before.every((sample) => sample.well);
}
