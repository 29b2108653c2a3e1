import type { Chart, ChartSeries } from '../../shared/report/document';
import { timeLabel, timeScale, valueScale } from './scale';
import type { Scale } from './scale';
import { drawing, element, fitted, line, round, text } from './svg';
import type { Markup } from './svg';
import { formatValue } from './values';

const SIZES = { wide: { width: 760, height: 300 }, narrow: { width: 350, height: 260 } } as const;
const TOP = 14;
const BELOW = 24;
/** Room for a mark's words above the drawing. */
const MARK_LINE = 14;
/** More points than these are more than the drawing has room for. */
const MOST_POINTS = 400;
/** As many colours as there are. */
const COLOURS = 6;

/** Lines over time, one drawing for wide screens and one for phones. */
export function lineChart(chart: Chart): Markup[] {
  const series = chart.series.map((one) => ({ ...one, points: usable(one.points) }));
  if (series.every(({ points }) => points.length === 0)) return [];
  return (['wide', 'narrow'] as const).map((kind) => drawn(kind, { ...chart, series }));
}

/** Class of the colour of the nth line. */
export function lineClass(n: number): string {
  return `line-${n % COLOURS}`;
}

function drawn(kind: keyof typeof SIZES, chart: Chart): Markup {
  const { width, height } = SIZES[kind];
  const marks = chart.marks ?? [];
  const left = leftOf(chart);
  const top = TOP + marks.length * MARK_LINE;
  const bottom = height + marks.length * MARK_LINE - BELOW;
  const { x, y } = scales(chart, { left, right: width - 12, top, bottom, most: kind === 'wide' ? 8 : 4 });
  return drawing(kind, width, bottom + BELOW, [
    ...valueAxis(chart, y, left, width - 12),
    ...timeAxis(x, bottom),
    ...limitLine(chart, y, left, width - 12),
    ...chart.series.flatMap((one, n) => oneSeries(one, x, y, lineClass(n))),
    ...marks.flatMap((mark, n) => oneMark(mark, x, { top: TOP + n * MARK_LINE, bottom, left, right: width - 12 })),
  ]);
}

/** Room for the longest value beside the axis. */
function leftOf({ series, unit, limit }: Chart): number {
  const values = series.flatMap(({ points }) => points.map(([, value]) => value));
  const all = [...values, ...(limit === undefined ? [] : [limit.value])];
  return Math.max(44, Math.max(...extremes(all).map((value) => formatValue(value, unit).length)) * 6.8 + 14);
}

interface Frame {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

function scales({ series, unit, marks = [], limit }: Chart, frame: Frame & { most: number }): { x: Scale; y: Scale } {
  const points = series.flatMap((one) => one.points);
  const [from, until] = extremes([...points.map(([at]) => at), ...marks.map(({ at }) => at)]);
  const [low, high] = extremes([...points.map(([, value]) => value), ...(limit === undefined ? [] : [limit.value])]);
  // From zero where that hides nothing: a line's height is then what it says.
  const base = low >= 0 && low <= high * 0.75 ? 0 : low;
  return {
    x: timeScale(from, until, frame.left, frame.right, frame.most),
    y: valueScale(base, high, frame.bottom, frame.top, unit),
  };
}

function extremes(values: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return [low, high];
}

function valueAxis({ unit }: Chart, y: Scale, left: number, right: number): Markup[] {
  return y.ticks.flatMap((tick) => [
    line(left, y.at(tick), right, y.at(tick), 'grid'),
    text(left - 6, y.at(tick) + 4, formatValue(tick, unit), 'tick', 'end'),
  ]);
}

function timeAxis(x: Scale, bottom: number): Markup[] {
  return x.ticks.flatMap((tick) => [
    line(x.at(tick), bottom, x.at(tick), bottom + 4, 'axis'),
    text(x.at(tick), bottom + 17, timeLabel(tick, x.ticks), 'tick', 'middle'),
  ]);
}

function limitLine({ limit, unit }: Chart, y: Scale, left: number, right: number): Markup[] {
  if (limit === undefined) return [];
  const words = fitted(`${limit.label}: ${formatValue(limit.value, unit)}`, right - left);
  return [
    line(left, y.at(limit.value), right, y.at(limit.value), 'limit'),
    text(right, y.at(limit.value) - 4, words, 'limit-label', 'end'),
  ];
}

function oneSeries({ points, isPoints }: ChartSeries, x: Scale, y: Scale, kind: string): Markup[] {
  if (isPoints === true || points.length < 2) {
    return points.map(([at, value]) => element('circle', { cx: x.at(at), cy: y.at(value), r: 4, class: kind }));
  }
  const path = points.map(([at, value]) => `${round(x.at(at))},${round(y.at(value))}`).join(' ');
  return [element('polyline', { points: path, class: kind })];
}

/** A line down, with its words at its upper end, on the side where there is room. */
function oneMark(mark: { at: number; label: string }, x: Scale, frame: Frame): Markup[] {
  const at = x.at(mark.at);
  const isLate = at > (frame.left + frame.right) / 2;
  const room = isLate ? at - 4 : frame.right - at;
  const words = text(
    at + (isLate ? -4 : 4),
    frame.top,
    fitted(mark.label, room),
    'mark-label',
    isLate ? 'end' : 'start',
  );
  return [line(at, frame.top - 8, at, frame.bottom, 'mark'), words];
}

/** Those that can be drawn, by time, and no more than can be told apart: of each stretch the lowest and the highest. */
function usable(points: readonly [number, number][]): [number, number][] {
  const sorted = points.filter((point) => point.every(Number.isFinite)).sort(([a], [b]) => a - b);
  if (sorted.length <= MOST_POINTS) return sorted;
  const stretch = Math.ceil(sorted.length / (MOST_POINTS / 2));
  const kept: [number, number][] = [];
  for (let at = 0; at < sorted.length; at += stretch) {
    const some = sorted.slice(at, at + stretch).sort(([, a], [, b]) => a - b);
    kept.push(...[...new Set([some[0]!, some.at(-1)!])].sort(([a], [b]) => a - b));
  }
  return kept;
}
