import { readFileSync } from 'node:fs';
import path from 'node:path';
import { stepsOf } from './cited-steps';
import { DOCUMENT, PAGES } from './document';
import type { Page } from './document';

const COVERAGE = readFileSync(path.resolve(__dirname, '../../../../docs/coverage.md'), 'utf8');
const pages = Object.keys(PAGES) as Page[];

/** What stands beside a line that no step does: why. An alert is a rule's. */
const SAYS_WHY = /\bdecision: |\bDeviation: |\bnot covered: |\brule in \[|^the rule\b/i;
/** A row of a list of commands that pages share, and of what the document does not say. */
const BESIDE = /^\(unsaid\) |^`rabbitmqctl (?:status|list_queues)`$/;
/** A title of which only a run knows nearly everything fits everything. */
const WORDS_AT_LEAST = 6;

interface Row {
  line: string;
  how: string;
  /** Of the steps that it names; "the same step" has those of the row before. */
  titles: string[];
}

/** The rows of all tables of a page, without the numbers of its causes. */
function rowsOf(page: Page): Row[] {
  const [, after = ''] = COVERAGE.split(new RegExp(`^## ${page}\\. .*$`, 'm'));
  const lines = after.split(/^## /m)[0]!.split('\n');
  const rows: Row[] = [];
  for (const [index, text] of lines.entries()) {
    const isHead = /^\| -+ \|/.test(lines[index + 1] ?? '');
    if (!text.startsWith('|') || /^\| -+ \|/.test(text) || isHead) continue;
    const [, line = '', how = ''] = text.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
    const before = how.includes('the same step') ? (rows.at(-1)?.titles ?? []) : [];
    rows.push({ line: line.replace(/^\d\. /, ''), how, titles: [...before, ...titlesIn(how)] });
  }
  return rows;
}

/** `steps "State of KingFisher" and "Recent starts"`: what else stands in quotes is no title. */
function titlesIn(how: string): string[] {
  const lists = [...how.matchAll(/\bsteps? ("[^"]+"(?:(?:, | and )"[^"]+")*)/g)].map(([, list]) => list!);
  return lists.flatMap((list) => [...list.matchAll(/"([^"]+)"/g)].map(([, title]) => title!));
}

/** Both may leave out what only a run knows, and a row the end of a long title. */
function isTitle(told: string, title: string): boolean {
  if (title.replaceAll(/[…\W]/g, '').length < WORDS_AT_LEAST) return false;
  const matches = (pattern: string, text: string) =>
    new RegExp(`^${pattern.split('…').map(escaped).join('.+')}$`).test(text);
  return matches(title, told) || matches(told, title);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

describe.each(pages)('page %s', (page) => {
  const rows = rowsOf(page);
  const steps = stepsOf(PAGES[page]);
  const known = Object.entries(DOCUMENT[page]).flatMap(([place, lines]) => lines.map((line) => ({ place, line })));

  it('has a row for each line of the document, in its order, and none for others', () => {
    const told = rows.map(({ line }) => line).filter((line) => !BESIDE.test(line));
    expect(told).toEqual(known.map(({ line }) => line));
  });

  it('says of each row by which step it is done, or why by none', () => {
    expect(rows.filter(({ how, titles }) => titles.length === 0 && !SAYS_WHY.test(how))).toEqual([]);
  });

  it('has each step that a row names', () => {
    const missing = rows.flatMap(({ titles }) =>
      titles.filter((told) => !steps.some(({ title, cites }) => isTitle(told, title) && isOf(cites, page))),
    );
    expect(missing).toEqual([]);
  });

  it('cites the place of a line, or that of its diagnosis, in a step that its row names', () => {
    const uncited = known.flatMap(({ place, line }) => {
      const titles = rows.find((row) => row.line === line)?.titles ?? [];
      const cites = steps.filter(({ title }) => titles.some((told) => isTitle(told, title))).map((step) => step.cites);
      // A look that decides about a cause may be one of the diagnosis, and verification is of the whole page.
      const places = [place, `${page}.diagnosis`, page];
      const isCited = cites.some((one) => places.some((known) => one.has(known)));
      return titles.length === 0 || isCited ? [] : [`${place} ${line}: ${titles.join(', ')}`];
    });
    expect(uncited).toEqual([]);
  });

  it('cites each place in some step', () => {
    const places = Object.keys(DOCUMENT[page]).filter((place) => !place.endsWith('.symptoms'));
    expect(places.filter((place) => !steps.some(({ cites }) => cites.has(place)))).toEqual([]);
  });
});

function isOf(cites: Set<string>, page: Page): boolean {
  return [...cites].some((cite) => cite === page || cite.startsWith(`${page}.`));
}
