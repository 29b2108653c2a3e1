import type { Series, SeriesRequest } from '../../shared/observations/series';
import { quantileOf } from './quantile';
import type { Exposition, Sample } from './samples';

/** What two readings of `/metrics` say, or the second alone; undefined where it does not expose the metric. */
export function seriesOf(
  name: string,
  request: SeriesRequest,
  { first, second }: { first: Exposition | null; second: Exposition },
): Series[] | undefined {
  if (![name, `${name}_bucket`, name.replace(/_total$/, '')].some((one) => second.families.has(one))) return undefined;
  if (request.kind === 'now') return sums(samplesOf(second, name), request.by);
  const rises = risesOf(first, second, request.kind === 'quantile' ? `${name}_bucket` : name);
  return request.kind === 'increase' ? sums(rises, request.by) : quantiles(rises, request.by, request.quantile);
}

/** A counter that is lower than before began anew with its process: all that it has is new. */
function risesOf(first: Exposition | null, second: Exposition, name: string): Sample[] {
  const before = new Map(samplesOf(first, name).map((sample) => [identityOf(sample.labels), sample.value]));
  return samplesOf(second, name).map((sample) => {
    const known = before.get(identityOf(sample.labels)) ?? 0;
    return { ...sample, value: sample.value < known ? sample.value : sample.value - known };
  });
}

function samplesOf(exposition: Exposition | null, name: string): Sample[] {
  return exposition?.samples.filter((sample) => sample.name === name && Number.isFinite(sample.value)) ?? [];
}

function sums(samples: Sample[], by: string[]): Series[] {
  return [...grouped(samples, by).values()].map((group) => ({
    labels: kept(group[0]!.labels, by),
    value: group.reduce((sum, { value }) => sum + value, 0),
  }));
}

function quantiles(rises: Sample[], by: string[], quantile: number): Series[] {
  return [...grouped(rises, by).values()].flatMap((group) => {
    const bounds = sums(group, ['le']).map(({ labels, value }) => ({ le: boundOf(labels['le'] ?? ''), count: value }));
    const value = quantileOf(quantile, bounds);
    return value === undefined ? [] : [{ labels: kept(group[0]!.labels, by), value }];
  });
}

function boundOf(le: string): number {
  return le === '+Inf' ? Infinity : Number(le);
}

function grouped(samples: Sample[], by: string[]): Map<string, Sample[]> {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = identityOf(kept(sample.labels, by));
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return groups;
}

function kept(labels: Record<string, string>, by: string[]): Record<string, string> {
  return Object.fromEntries(by.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])));
}

function identityOf(labels: Record<string, string>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
