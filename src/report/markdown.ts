import type { Fact } from '../shared/paging/escalation';
import type { ReportDocument, ReportSection, ReportTable } from '../shared/report/document';
import { escapeMarkdown, inlineCode } from '../shared/text/markdown';
import { barsInWords, chartInWords, spansInWords } from './chart/alternative';
import { withoutEmptyColumns } from './table';
import { visible } from './text';

/** The report to be read as it is, in a terminal, an editor or a ticket. Charts are told in words. */
export function toMarkdown(report: ReportDocument): string {
  const blocks = [
    `# ${inline(report.title)}`,
    inline(report.summary),
    bullets(report.facts.map(factLine)),
    ...report.sections.flatMap(sectionBlocks),
    `Made by Halcyon ${report.madeAt.slice(0, 16).replace('T', ' ')} UTC. All times are UTC.`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function sectionBlocks({ title, cite = '', summary, table, lines = [], ...drawn }: ReportSection): string[] {
  const { charts = [], bars = [], spans = [] } = drawn;
  const told = [
    // The same in a table says more.
    ...(table === undefined ? spans : []).map((chart) => ({ title: chart.title, words: spansInWords(chart) })),
    ...charts.map((chart) => ({ title: chart.title, words: chartInWords(chart) })),
    ...bars.map((chart) => ({ title: chart.title, words: barsInWords(chart) })),
  ];
  return [
    `## ${inline(cite === '' ? title : `${title} (${cite})`)}`,
    inline(summary),
    ...told.flatMap((one) => [`${inline(one.title)}:`, bullets(one.words.map(inline))]),
    table === undefined || table.rows.length === 0 ? '' : tableText(table),
    bullets(lines.map(inline)),
  ];
}

function factLine({ name, lines, commands = [] }: Fact): string {
  return `**${inline(name)}**: ${[...lines.map(inline), ...commands.map(inlineCode)].join('; ')}`;
}

function bullets(lines: string[]): string {
  return lines.map((one) => `- ${one}`).join('\n');
}

function tableText(table: ReportTable): string {
  const { head, rows } = withoutEmptyColumns(table);
  const row = (cells: readonly string[]) => `| ${cells.map(inline).join(' | ')} |`;
  return [row(head), `| ${head.map(() => '---').join(' | ')} |`, ...rows.map((cells) => row(cells))].join('\n');
}

/** At the beginning of a line nothing may look like a heading, a list or a rule either. */
function inline(text: string): string {
  return escapeMarkdown(visible(text).trim())
    .replace(/^[#+=-]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}
