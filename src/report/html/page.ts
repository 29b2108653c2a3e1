import type { Fact } from '../../shared/paging/escalation';
import type { ReportDocument, ReportSection } from '../../shared/report/document';
import { Markup, element } from '../chart/svg';
import { barFigure, lineFigure, spanFigure } from './figures';
import { STYLE } from './style';
import { tableOf } from './table';
import { minute } from '../../shared/text/text';

/** The report as one file that needs nothing else: no script, and nothing that is loaded from anywhere. */
export function toHtml(report: ReportDocument): string {
  const body = element(
    'body',
    {},
    element('h1', {}, report.title),
    element('p', { class: 'lead' }, report.summary),
    ...factList(report.facts),
    ...report.sections.flatMap(sectionOf),
    element('footer', {}, `Made by Halcyon ${minute(report.madeAt)}. All times are UTC.`),
  );
  return `<!doctype html>\n<html lang="en">\n${headOf(report).text}\n${body.text}\n</html>\n`;
}

function headOf({ title }: ReportDocument): Markup {
  // Whatever a text of others were to become: the file may load and run nothing.
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  return new Markup(
    [
      '<head>',
      '<meta charset="utf-8">',
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
      '<meta name="referrer" content="no-referrer">',
      element('title', {}, title).text,
      `<style>${STYLE}</style>`,
      '</head>',
    ].join('\n'),
  );
}

function factList(facts: readonly Fact[]): Markup[] {
  if (facts.length === 0) return [];
  const rows = facts.flatMap(({ name, lines, commands = [] }) => [
    element('dt', {}, name),
    element(
      'dd',
      {},
      ...[...lines.map((one) => element('div', {}, one)), ...commands.map((one) => element('code', {}, one))],
    ),
  ]);
  return [element('dl', {}, ...rows)];
}

function sectionOf({
  title,
  cite = '',
  summary,
  table,
  charts = [],
  bars = [],
  spans = [],
  lines = [],
}: ReportSection) {
  const place = cite === '' ? [] : [' ', element('span', { class: 'cite' }, cite)];
  return [
    element('h2', {}, title, ...place),
    ...(summary === '' ? [] : [element('p', {}, summary)]),
    ...spans.map(spanFigure),
    ...charts.map(lineFigure),
    ...bars.map(barFigure),
    ...(table === undefined || table.rows.length === 0 ? [] : [tableOf(table)]),
    ...(lines.length === 0 ? [] : [element('ul', {}, ...lines.map((one) => element('li', {}, one)))]),
  ];
}
