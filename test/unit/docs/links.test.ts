import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const under = (folder: string) =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file));

const pages = ['README.md', ...under('docs').filter((file) => file.endsWith('.md'))];
const architecture = read('docs/architecture.md');

/** As GitHub makes them of headings, and the ids that a page gives by itself. */
function anchorsOf(page: string): string[] {
  const text = page.replaceAll(/^```.*?^```/gms, '');
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
  const own = [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id!);
  const anchor = (heading: string) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
  return [...headings.map(anchor), ...own];
}

/** Where the link of a page does not lead. */
function isBroken(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : path.join(path.dirname(page), file);
  if (!existsSync(path.join(ROOT, target))) return true;
  return anchor !== undefined && target.endsWith('.md') && !anchorsOf(read(target)).includes(anchor);
}

it.each(pages)('the links of %s lead somewhere', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link!)
    .filter((link) => !link.includes('://'));
  expect(links.filter((link) => isBroken(page, link))).toEqual([]);
});

it('the pages that the example of the configuration names exist', () => {
  const named = [...read('halcyon.example.yaml').matchAll(/docs\/[\w/.-]+\.md(?:#[\w-]+)?/g)].map(([link]) => link);
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((link) => isBroken('halcyon.example.yaml', link))).toEqual([]);
});

it('the architecture names every decision', () => {
  const decisions = under('docs/adr').map((file) => path.relative('docs', file));
  expect(decisions.filter((file) => !architecture.includes(`](${file})`))).toEqual([]);
});

it('the tests that the promises name exist', () => {
  const table = architecture.split('\n## Promises\n')[1]!.split('\n## ')[0]!;
  const named = [...table.matchAll(/`((?:unit|workflows|integration|replay)\/[\w/-]+)`/g)].map(([, name]) => name!);
  expect(named.length).toBeGreaterThan(20);
  const exists = (name: string) => ['.test.ts', ''].some((end) => existsSync(path.join(ROOT, `test/${name}${end}`)));
  expect(named.filter((name) => !exists(name))).toEqual([]);
});

it.each([...pages, 'halcyon.example.yaml'])('what %s shows can be pasted into a shell', (page) => {
  expect(read(page)).not.toMatch(/<(?:you|who|me)>/);
});
