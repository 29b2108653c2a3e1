import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { FAILURES } from '../../../src/shared/failures';

/** The pages that people search for a name they were shown. */
const ROOT = path.resolve(__dirname, '../../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const errors = read('docs/errors.md');
const operations = read('docs/operations.md');

function sources(folder: string): string {
  const files = readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => read(path.join(folder, file)))
    .join('\n');
}

function all(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name]) => name!))].sort();
}

/** The members of a union of texts in src/shared/incident.ts. */
function union(name: string): string[] {
  const uncommented = read('src/shared/incident.ts').replaceAll(/\/\*.*?\*\//gs, '');
  const [, body = ''] = new RegExp(`export type ${name} =([^;]*);`).exec(uncommented) ?? [];
  return all(body, /'(\w+)'/g);
}

/** A page from a heading to the next one of its level. */
function section(page: string, heading: string): string {
  const level = heading.split(' ')[0]!;
  const [, after = ''] = page.split(`\n${heading}\n`);
  return after.split(`\n${level} `)[0]!;
}

/** The names in the first column of a table. */
const firstColumn = (text: string) => all(text, /^\| `(\w+)`/gm);

/** What a row of a table says in code, without its own name. */
function cellsOf(page: string, name: string): string[] {
  const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? '';
  return all(row.replace(`\`${name}\``, ''), /`([a-z]\w+)`/g);
}

/** Names that the workflows and intake give their findings; those of failures stand among the failures. */
function findingNames(): string[] {
  const code = `${sources('src/workflows')}\n${sources('src/alerts')}`;
  const tables = [...code.matchAll(/\b\w*FINDINGS\b[^=;\n]*=\s*\{([^}]*)\}/g)].map(([, body]) => body!).join('\n');
  const direct = [
    ...all(code, /\.addFinding\(\s*'([A-Z]\w+)'/g),
    ...all(code, /\bname: '([A-Z]\w+)'/g),
    ...all(tables, /'([A-Z]\w+)'/g),
    ...all(tables, /\b([A-Z]\w+):/g),
  ];
  return [...new Set(direct)].filter((name) => !(name in FAILURES)).sort();
}

it('each failure has its paragraph, and no other has one', () => {
  expect(all(section(errors, '## Failures of steps'), /^### (\w+)$/gm)).toEqual(Object.keys(FAILURES).sort());
});

it('each finding of the code is explained', () => {
  const names = findingNames();
  // That the search itself works.
  expect(names).toEqual(
    expect.arrayContaining(['CrashLoop', 'DependencyBusy', 'LogStale', 'StartClamped', 'UnknownAlert']),
  );
  const explained = section(errors, '## Findings');
  expect(names.filter((name) => !explained.includes(`\`${name}\``))).toEqual([]);
});

it('each finding that is explained is one of the code', () => {
  const code = sources('src');
  const absent = (name: string) => !new RegExp(`['"]${name}['"]|\\b${name}:`).test(code);
  expect(firstColumn(section(errors, '## Findings')).filter(absent)).toEqual([]);
});

it('outcomes are the same in the code, among the errors and among the search attributes', () => {
  expect(firstColumn(section(errors, '## Outcomes'))).toEqual(union('Outcome'));
  expect(cellsOf(operations, 'HalcyonOutcome')).toEqual(union('Outcome'));
});

it('states are the same in the code and among the search attributes', () => {
  expect(union('IncidentState')).toContain('waitingForApproval');
  expect(cellsOf(operations, 'HalcyonState')).toEqual(union('IncidentState'));
});
