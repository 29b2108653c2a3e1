import type { BarChart, Chart, SpanChart, Tone } from '../../shared/report/document';
import { barsInWords, chartInWords, spansInWords } from '../chart/alternative';
import { barChart } from '../chart/bar-chart';
import { lineChart, lineClass } from '../chart/line-chart';
import { spanChart } from '../chart/span-chart';
import { element } from '../chart/svg';
import type { Markup } from '../chart/svg';

const TONE_WORDS: Record<Tone, string> = {
  good: 'well, or it helped',
  bad: 'not well, or it failed',
  warning: 'not sure, or not made',
  people: 'people',
  plain: 'a look',
  unknown: 'unknown',
};

export function lineFigure(chart: Chart): Markup {
  const shown = chart.series.map(({ name }, n) => ({ name, kind: lineClass(n) }));
  const unit = chart.unit === '' || chart.unit === 'B' || chart.unit === 's' ? '' : ` (${chart.unit})`;
  return figure(`${chart.title}${unit}`, shown.length > 1 ? shown : [], lineChart(chart), chartInWords(chart));
}

export function barFigure(chart: BarChart): Markup {
  const used = chart.parts.filter((_, n) => chart.bars.some(({ values }) => (values[n] ?? 0) > 0));
  const shown = used.map(({ name, tone }) => ({ name, kind: `fill-${tone}` }));
  return figure(chart.title, chart.parts.length > 1 ? shown : [], barChart(chart), barsInWords(chart));
}

export function spanFigure(chart: SpanChart): Markup {
  const tones = new Set(chart.rows.flatMap(({ spans }) => spans.map(({ tone }) => tone)));
  const all = Object.keys(TONE_WORDS) as Tone[];
  const shown = all.filter((tone) => tones.has(tone)).map((tone) => ({ name: TONE_WORDS[tone], kind: `fill-${tone}` }));
  return figure(chart.title, shown, spanChart(chart), spansInWords(chart));
}

/** Where there is nothing to draw, the words are what is seen. */
function figure(title: string, legend: { name: string; kind: string }[], drawings: Markup[], words: string[]): Markup {
  const caption = element('figcaption', {}, element('b', {}, title));
  const said = words.length === 0 ? ['nothing to draw'] : words;
  if (drawings.length === 0) {
    return element('figure', {}, caption, element('ul', {}, ...said.map((one) => element('li', {}, one))));
  }
  const entries = legend.map(({ name, kind }) => element('li', {}, element('i', { class: kind }), name));
  return element(
    'figure',
    {},
    caption,
    ...(entries.length === 0 ? [] : [element('ul', { class: 'legend' }, ...entries)]),
    ...drawings,
    element('div', { class: 'words' }, said.join('. ')),
  );
}
