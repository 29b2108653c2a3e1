import type { BarChart, Chart, SpanChart } from '../../shared/report/document';
import { formatValue } from './values';

/** A chart in words, a line each: for those who do not see it, and where nothing can be drawn. */
export function chartInWords({ series, unit, marks = [], limit }: Chart): string[] {
  const lines = series.map(({ name, points }) => {
    const values = points.filter((point) => point.every(Number.isFinite)).sort(([a], [b]) => a - b);
    const [first] = values;
    if (first === undefined) return `${name}: no values`;
    const all = values.map(([, value]) => value);
    const [lowest, highest] = all.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [
      Infinity,
      -Infinity,
    ] as [number, number]);
    const last = values.at(-1)!;
    const say = (value: number) => formatValue(value, unit);
    return `${name}: ${say(first[1])} at ${momentOf(first[0])}, ${say(last[1])} at ${momentOf(last[0])}; from ${say(lowest)} to ${say(highest)}`;
  });
  return [
    ...lines,
    ...(limit === undefined ? [] : [`${limit.label}: ${formatValue(limit.value, unit)}`]),
    ...marks.map(({ at, label }) => `${momentOf(at)}: ${label}`),
  ];
}

export function barsInWords({ bars, parts, unit }: BarChart): string[] {
  return bars.flatMap(({ name, values }) => {
    const some = values.flatMap((value, n) => {
      if (!(value > 0)) return [];
      const part = parts[n]?.name ?? '';
      return [`${formatValue(value, unit)}${part === '' ? '' : ` ${part}`}`];
    });
    return some.length === 0 ? [] : [`${name}: ${some.join(', ')}`];
  });
}

/** Each by its own words where they are few, else how many and from when to when. */
export function spansInWords({ rows }: SpanChart): string[] {
  return rows.flatMap(({ name, spans }) => {
    const [first] = spans;
    if (first === undefined) return [];
    if (spans.length <= MOST_SPANS) {
      return [`${name}: ${spans.map(({ label, from, until }) => `${label}, ${stretch(from, until)}`).join('; ')}`];
    }
    const until = spans.reduce((last, span) => Math.max(last, span.until), first.until);
    return [`${name}: ${spans.length} times, ${stretch(first.from, until)}`];
  });
}

const MOST_SPANS = 4;

function stretch(from: number, until: number): string {
  return until - from < 1_000 ? momentOf(from) : `${momentOf(from)} to ${momentOf(until)}`;
}

/** `2026-11-23 03:15:07 UTC` */
export function momentOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
