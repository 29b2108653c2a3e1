import type { ReportTable } from '../../shared/report/document';
import { Markup, element } from '../chart/svg';
import { withoutEmptyColumns } from '../table';
import { escapeHtml } from '../text';

/** Numbers, with a unit or without, and durations. */
const NUMBER = /^(?:-|[\d\s.,\u202f-]+(?:%| ?[KMGT]?i?B)?|(?:\d+(?:\.\d+)? (?:ms|[smh]) ?)+)$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}(?::\d{2})?)?$/;
/** What is no longer than this stays on one line. */
const SHORT = 12;
/** Columns with no text longer than this have room, where they are not many. */
const LONG_TEXT = 90;
const MOST_MEDIUM = 6;
/** Words that are longer may be broken within. */
const LONG_WORD = 14;

/** On a phone each row becomes a block, so each cell has the name of its column with it. */
export function tableOf(table: ReportTable): Markup {
  const { head, rows } = withoutEmptyColumns(table);
  const isNumber = head.map((_, n) => isColumnOfNumbers(rows.map((row) => row[n] ?? '')));
  const kind = (n: number, text?: string) => {
    if (isNumber[n] === true) return 'number';
    return text !== undefined && (text.length <= SHORT || MOMENT.test(text)) ? 'short' : undefined;
  };
  const headKind = (n: number) => kind(n) ?? (isMedium(head, rows, n) ? 'medium' : undefined);
  const cells = (row: string[]) =>
    row.map((cell, n) => element('td', { class: kind(n, cell), 'data-name': head[n] }, breakable(cell)));
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...head.map((name, n) => element('th', { class: headKind(n) }, name)))),
    element('tbody', {}, ...rows.map((row) => element('tr', {}, ...cells(row)))),
  );
}

/** A few words, which a column of long texts beside them would make narrow. */
function isMedium({ length }: readonly string[], rows: readonly string[][], n: number): boolean {
  const longest = rows.reduce((most, row) => Math.max(most, row[n]?.length ?? 0), 0);
  return length <= MOST_MEDIUM && longest > SHORT * 2 && longest <= LONG_TEXT;
}

function isColumnOfNumbers(cells: readonly string[]): boolean {
  return cells.some((cell) => /\d/.test(cell)) && cells.every((cell) => NUMBER.test(cell || '-'));
}

/** Long words may be broken where they have humps or strokes, `Kingfisher|Service|Down`, else anywhere. */
function breakable(text: string): Markup {
  const parts = text.split(/(\s+)/).map((word) => (word.length <= LONG_WORD ? [word] : brokenUp(word)));
  return new Markup(parts.map((some) => some.map(escapeHtml).join('<wbr>')).join(''));
}

function brokenUp(word: string): string[] {
  const places = word.split(/(?<=[a-z\d])(?=[A-Z])|(?<=[/_.,:;=-])(?=[^/_.,:;=-])/);
  return places.flatMap((part) => part.match(/.{1,16}/gsu) ?? []);
}
