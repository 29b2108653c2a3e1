import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

/** The files of the numbered list. */
const listed = [...read('docs/adding-a-cause.md').matchAll(/^\d+\. `([^`]+)`/gm)].map(([, file]) => file!);

/** How the worked example is called in code, in texts and in the names of files. */
const EXAMPLE = /open-?files/i;
/** Places that speak of it and are no step: the list and its test, and what lists open files for people. */
const ABOUT = [
  'docs/adding-a-cause.md',
  'test/unit/docs/adding-a-cause.test.ts',
  'src/host/processes/open-file-list.ts',
];

function filesBelow(folder: string): string[] {
  const entries = readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
}

it('adding a cause touches at most 17 places', () => {
  expect(listed.length).toBeGreaterThan(10);
  expect(listed.length).toBeLessThanOrEqual(17);
});

it('each place of the worked example is on the list, and none else', () => {
  const folders = ['src', 'lab', 'bench', 'test', 'docs', 'deploy'].flatMap(filesBelow);
  const roots = ['CHANGELOG.md', 'README.md', 'halcyon.example.yaml', 'eslint.config.js', 'package.json'];
  const spoken = [...folders, ...roots].filter((file) => EXAMPLE.test(file) || EXAMPLE.test(read(file)));
  // A recorded history of runbook A shows whatever runbook A does; the one of the example stands for all.
  const histories = /^test\/replay\/histories\/(?!serviceDown\/open-files)/;
  const places = spoken.filter((file) => !ABOUT.includes(file) && !histories.test(file));
  expect(places.sort()).toEqual([...listed].sort());
});
