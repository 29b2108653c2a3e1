import type { BarChart } from '../../shared/report/document';
import { valueScale } from './scale';
import { drawing, element, fitted, line, text } from './svg';
import type { Markup } from './svg';
import { formatValue } from './values';

const SIZES = { wide: { width: 760, height: 240 }, narrow: { width: 350, height: 220 } } as const;
const BELOW = 22;
const TOP = 12;

/** Bars beside one another, each made of its parts from below. */
export function barChart(chart: BarChart): Markup[] {
  if (chart.bars.length === 0 || highest(chart) <= 0) return [];
  return (['wide', 'narrow'] as const).map((kind) => drawn(kind, chart));
}

function drawn(kind: keyof typeof SIZES, chart: BarChart): Markup {
  const { width, height } = SIZES[kind];
  const left = Math.max(32, formatValue(highest(chart), chart.unit).length * 6.8 + 14);
  const bottom = height - BELOW;
  const most = chart.unit === '' ? Math.min(6, highest(chart) + 1) : 6;
  const y = valueScale(0, highest(chart), bottom, TOP, chart.unit, most);
  const room = (width - 8 - left) / chart.bars.length;
  const every = Math.ceil(longestName(chart) / (room / 7));
  return drawing(kind, width, height, [
    ...y.ticks.flatMap((tick) => [
      line(left, y.at(tick), width - 8, y.at(tick), 'grid'),
      text(left - 6, y.at(tick) + 4, formatValue(tick, chart.unit), 'tick', 'end'),
    ]),
    ...chart.bars.flatMap(({ name, values }, n) => {
      const from = left + n * room;
      const label =
        n % every === 0 ? [text(from + room / 2, bottom + 16, fitted(name, room * every, 11), 'tick', 'middle')] : [];
      return [...stacked(chart, values, from + room * 0.15, room * 0.7, y.at), ...label];
    }),
  ]);
}

function stacked(
  { parts }: BarChart,
  values: number[],
  x: number,
  width: number,
  at: (value: number) => number,
): Markup[] {
  let below = 0;
  return values.flatMap((value, n) => {
    if (!(value > 0)) return [];
    const y = at(below + value);
    const bar = element('rect', { x, y, width, height: at(below) - y, class: `fill-${parts[n]?.tone ?? 'plain'}` });
    below += value;
    return [bar];
  });
}

function highest({ bars }: BarChart): number {
  return Math.max(...bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0)));
}

function longestName({ bars }: BarChart): number {
  return Math.max(...bars.map(({ name }) => name.length)) + 1;
}
