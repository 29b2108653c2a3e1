import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const ROOT = path.resolve(__dirname, '../../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

/** The keys of an interface, those that it has of `Step` first; one that may be absent with a question mark. */
function keysOf(file: string, name: string): string[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest);
  const found = source.statements.find(
    (one): one is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(one) && one.name.text === name,
  );
  if (found === undefined) throw new Error(`${file} has no interface ${name}`);
  const isStep = found.heritageClauses?.some((clause) => clause.getText(source).includes('Step')) === true;
  const inherited = isStep ? keysOf('src/workflows/runbook/step.ts', 'Step') : [];
  const own = found.members.map((member) => {
    return `${(member.name as ts.Identifier).text}${member.questionToken === undefined ? '' : '?'}`;
  });
  return [...inherited, ...own];
}

/** The first column of the table below a heading. */
function rowsBelow(heading: string): string[] {
  const [, after = ''] = read('docs/adding-a-page.md').split(`\n## ${heading}\n`);
  const rows = after.split('\n## ')[0]!.matchAll(/^\| `(\w+)`(\??)/gm);
  return [...rows].map(([, name, question]) => `${name}${question}`);
}

it.each([
  ['What a page says', 'src/workflows/runbook/runbook.ts', 'Runbook'],
  ['What is watched', 'src/workflows/runbook/watched.ts', 'Watched'],
  ['What a cause says', 'src/workflows/runbook/runbook.ts', 'Cause'],
])('%s is what its type asks for, in its order', (heading, file, name) => {
  const keys = keysOf(file, name);
  expect(keys.length).toBeGreaterThan(2);
  expect(rowsBelow(heading)).toEqual(keys);
});
