import { listTests, runTests } from './jest.mjs';
import { coveredIn } from './schemata.mjs';

/**
 * Which tests reach which mutants. Each test of workflows is asked alone, for it takes seconds; those of other parts are
 * quick, and a file of them counts as one.
 *
 * @typedef {{ file: string, name?: string, tookMs: number, reached: Set<number> }} Test `name`: full; without it all of the file
 * @returns {Promise<Test[]>}
 * @throws Error when one fails with nothing changed
 */
export async function coverTests(tree, files, { parts, timeoutMs, jobs, onDone }) {
  const isQuick = (file) => !file.startsWith('test/workflows/');
  const named = await listTests(
    tree,
    files.filter((file) => !isQuick(file)),
    parts,
  );
  const tests = [...files.filter(isQuick).map((file) => ({ file })), ...named];
  const covered = [];
  const [first, ...left] = tests.reverse();
  const one = async (test) => {
    covered.push({ ...test, ...(await cover(tree, test, { parts, timeoutMs })) });
    onDone(covered.length, tests.length);
  };
  const work = async () => {
    for (let test = left.shift(); test !== undefined; test = left.shift()) await one(test);
  };
  // One of workflows, if there is any, makes the bundle for all.
  if (first !== undefined) await one(first);
  await Promise.all(Array.from({ length: jobs }, work));
  return covered;
}

async function cover(tree, { file, name }, { parts, timeoutMs }) {
  const names = name === undefined ? undefined : [name];
  const begun = Date.now();
  const { how, output } = await runTests(tree, [file], { parts, timeoutMs, names, mutant: 'cover' });
  if (how !== 'passed') throw new Error(`${file} ${name ?? ''} fails with the sources as they are:\n${output}`);
  return { tookMs: Date.now() - begun, reached: coveredIn(output) };
}
