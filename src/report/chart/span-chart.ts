import type { Span, SpanChart } from '../../shared/report/document';
import { timeLabel, timeScale } from './scale';
import type { Scale } from './scale';
import { drawing, element, fitted, line, text } from './svg';
import type { Markup } from './svg';

const TOP = 8;
const BELOW = 24;
const BAR = 12;
/** What is shorter than this many pixels could not be seen. */
const LEAST = 3;

interface Shape {
  kind: 'wide' | 'narrow';
  width: number;
  /** Where the axis begins. */
  left: number;
  rowHeight: number;
  /** From the top of a row to its bar. */
  barAt: number;
  marks: number;
}

/** Names beside their bars where there is room, else above them. */
const SHAPES: Shape[] = [
  { kind: 'wide', width: 760, left: 230, rowHeight: 22, barAt: 5, marks: 6 },
  { kind: 'narrow', width: 350, left: 8, rowHeight: 34, barAt: 18, marks: 4 },
];

/** Rows of bars over one axis of time. */
export function spanChart(chart: SpanChart): Markup[] {
  const rows = chart.rows.filter(({ spans }) => spans.length > 0);
  return rows.length === 0 ? [] : SHAPES.map((shape) => drawn(shape, { ...chart, rows }));
}

function drawn(shape: Shape, { rows, from, until }: SpanChart): Markup {
  const right = shape.width - 16;
  const bottom = TOP + rows.length * shape.rowHeight;
  const x = timeScale(from, until, shape.left, right, shape.marks);
  return drawing(shape.kind, shape.width, bottom + BELOW, [
    ...x.ticks.flatMap((tick) => [
      line(x.at(tick), TOP, x.at(tick), bottom + 4, 'grid'),
      text(x.at(tick), bottom + 17, timeLabel(tick, x.ticks), 'tick', anchorOf(x.at(tick), shape)),
    ]),
    line(shape.left, bottom, right, bottom, 'axis'),
    ...rows.flatMap((row, n) => oneRow(row, TOP + n * shape.rowHeight, shape, x)),
  ]);
}

/** Words at an edge stay within it. */
function anchorOf(at: number, { left, width }: Shape): string {
  if (at > width - 36) return 'end';
  return left < 36 && at < left + 28 ? 'start' : 'middle';
}

function oneRow({ name, spans }: SpanChart['rows'][number], top: number, shape: Shape, x: Scale): Markup[] {
  const isBeside = shape.kind === 'wide';
  const words = isBeside
    ? text(shape.left - 10, top + shape.barAt + BAR - 2, fitted(name, shape.left - 14), 'row', 'end')
    : text(shape.left, top + 13, fitted(name, shape.width - 24), 'row');
  return [words, ...spans.flatMap((span) => oneSpan(span, top + shape.barAt, x))];
}

function oneSpan({ from, until, label, tone }: Span, y: number, x: Scale): Markup[] {
  if (until < x.min || from > x.max) return [];
  const start = x.at(Math.max(from, x.min));
  const length = x.at(Math.min(until, x.max)) - start;
  const title = element('title', {}, label);
  if (from === until) {
    const [left, half] = [start, BAR / 2];
    const points = `${left},${y} ${left + half},${y + half} ${left},${y + BAR} ${left - half},${y + half}`;
    return [element('polygon', { points, class: `fill-${tone}` }, title)];
  }
  return [
    element('rect', { x: start, y, width: Math.max(LEAST, length), height: BAR, rx: 2, class: `fill-${tone}` }, title),
  ];
}
