import { readFile } from 'node:fs/promises';
import { say } from '../progress.mjs';
import { Compiler } from './compiler.mjs';
import { relatedTests, runInTurn, runTests } from './jest.mjs';
import { mutantsOf, mutated } from './mutants.mjs';
import { HELP, optionsOf } from './options.mjs';
import { Order } from './order.mjs';
import { arguedFor, readList, targetsOf } from './promises.mjs';
import { sample } from './sample.mjs';
import { Tree } from './tree.mjs';

/** Files of tests that are asked first where the list names none. */
const NEAREST = 2;
const WRONG_USAGE = 2;
const INTERRUPTED = 130;
/** The unchanged sources: also where nothing is in jest's cache yet. */
const BASELINE_MS = 600_000;
const MARGIN_MS = 30_000;

/** Runs `npm run mutate`; returns its exit code. */
export async function runMutations(args) {
  const asked = ask(args);
  if (asked.exitCode !== undefined) return asked.exitCode;
  const { options, list, targets } = asked;
  // What listens for the end removes copies and ends tests.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(INTERRUPTED));
  const tree = await Tree.copy();
  const trees = [tree];
  try {
    const all = await jobsOf(targets, tree, options);
    const jobs = sample(all, options.sample, options.seed);
    if (options.list) return print(jobs);
    say(`${jobs.length} of ${all.length} mutants in ${targets.length} files`);
    const proven = await proveTests(tree, jobs, options);
    while (trees.length < Math.min(options.jobs, jobs.length)) trees.push(await Tree.copy());
    return report(await runAll(jobs, trees, { ...proven, list }), options);
  } catch (error) {
    say(error.message);
    return WRONG_USAGE;
  } finally {
    for (const one of trees) one.remove();
  }
}

function ask(args) {
  try {
    const options = optionsOf(args);
    if (options.help) {
      process.stdout.write(HELP);
      return { exitCode: 0 };
    }
    const list = readList();
    if (options.words.length === 0) throw new Error(`which files? promises: ${Object.keys(list.promises).join(', ')}`);
    return { options, list, targets: targetsOf(options.words, list) };
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${HELP}`);
    return { exitCode: WRONG_USAGE };
  }
}

/** Each mutant that compiles, with the source it is in and the tests that may notice it. */
async function jobsOf(targets, tree, { list }) {
  const compiler = new Compiler(
    tree.folder,
    targets.map(({ file }) => file),
  );
  const jobs = [];
  for (const { file, tests, parts } of targets) {
    const source = await readFile(tree.path(file), 'utf8');
    const groups = list ? [] : await groupsOf(tree, { file, tests, parts });
    const compiling = mutantsOf(file, source).filter((mutant) => compiler.accepts(file, mutated(source, mutant)));
    for (const mutant of compiling) jobs.push({ file, source, mutant, groups, parts });
  }
  return jobs;
}

/** Most mutants are noticed by the tests beside their source: those are asked first, and all others only then. */
async function groupsOf(tree, { file, tests, parts }) {
  const related = await relatedTests(tree, file, parts);
  const first = tests.length > 0 ? tests : related.slice(0, NEAREST);
  return [first, related.filter((one) => !first.includes(one))].filter((group) => group.length > 0);
}

function print(jobs) {
  for (const { file, mutant } of jobs) process.stdout.write(`${describe(file, mutant)}\n`);
  return 0;
}

/** Tests that fail by themselves would notice everything. Says which to ask first, and what those of a mutant may take. */
async function proveTests(tree, jobs, { timeout, jobs: workers }) {
  const tests = [...new Set(jobs.flatMap((job) => job.groups.flat()))];
  const parts = [...new Set(jobs.flatMap((job) => job.parts))];
  if (tests.length === 0) return { order: new Order(new Map()), timeoutMs: 0 };
  const { how, output, tookMs } = await runTests(tree, tests, { parts, timeoutMs: BASELINE_MS, workers });
  if (how !== 'passed') throw new Error(`the tests fail with the sources as they are:\n${output}`);
  say(`${tests.length} files of tests pass with the sources as they are`);
  const allMs = [...tookMs.values()].reduce((sum, ms) => sum + ms, 0);
  return { order: new Order(tookMs), timeoutMs: timeout === null ? MARGIN_MS + 3 * allMs : timeout * 1000 };
}

async function runAll(jobs, trees, proven) {
  const results = [];
  const left = [...jobs];
  const work = async (tree) => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) {
      const result = await runOne(job, tree, proven);
      results.push(result);
      const by = result.test === undefined ? '' : ` (${result.test})`;
      say(`${results.length} of ${jobs.length}: ${result.how} ${describe(job.file, job.mutant)}${by}`);
    }
  };
  await Promise.all(trees.map(work));
  return results;
}

async function runOne(job, tree, { order, timeoutMs, list }) {
  const { file, mutant } = job;
  const { how, by, test } = await testOne(job, tree, { order, timeoutMs });
  if (by !== undefined) order.count(file, by);
  if (how !== 'passed') return { file, mutant, test, how: how === 'failed' ? 'killed' : 'killed (by time)' };
  const why = arguedFor(list, file, mutant);
  return { file, mutant, how: why === undefined ? 'SURVIVED' : `argued (${why})`, isArgued: why !== undefined };
}

async function testOne({ file, source, mutant, groups, parts }, tree, { order, timeoutMs }) {
  await tree.write(file, mutated(source, mutant));
  try {
    const inOrder = groups.map((group) => order.sorted(file, group));
    return await runInTurn(tree, inOrder, parts, timeoutMs);
  } finally {
    await tree.write(file, source);
  }
}

function report(results, { json }) {
  const passed = results.filter(({ how }) => !how.startsWith('killed'));
  const survivors = passed.filter(({ isArgued }) => !isArgued);
  const killed = results.length - passed.length;
  const argued = passed.length - survivors.length;
  process.stdout.write(`${results.length} mutants: ${killed} killed, ${argued} argued, ${survivors.length} survived\n`);
  for (const { file, mutant } of survivors) process.stdout.write(`  ${describe(file, mutant)}\n`);
  if (json) {
    const found = survivors.map(({ file, mutant: { kind, line, code } }) => ({ file, line, kind, code }));
    process.stdout.write(`${JSON.stringify({ mutants: results.length, killed, argued, survivors: found })}\n`);
  }
  return survivors.length === 0 ? 0 : 1;
}

function describe(file, { line, kind, code }) {
  return `${file}:${line} ${kind}: ${code}`;
}
