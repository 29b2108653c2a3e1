import { readFile } from 'node:fs/promises';
import { say } from '../progress.mjs';
import { Compiler } from './compiler.mjs';
import { coverTests } from './coverage.mjs';
import { relatedTests, runInTurn } from './jest.mjs';
import { mutantsOf, mutated } from './mutants.mjs';
import { HELP, optionsOf } from './options.mjs';
import { Order } from './order.mjs';
import { arguedFor, readList, targetsOf } from './promises.mjs';
import { sample, survivedIn } from './sample.mjs';
import { withMutants } from './schemata.mjs';
import { Tree } from './tree.mjs';

const WRONG_USAGE = 2;
const INTERRUPTED = 130;
/** One test with the sources as they are: also where nothing is in jest's cache yet. */
const COVER_MS = 300_000;
const MARGIN_MS = 60_000;
const SHOWN_OUTPUT = 20_000;

/** Runs `npm run mutate`; returns its exit code. */
export async function runMutations(args) {
  const asked = ask(args);
  if (asked.exitCode !== undefined) return asked.exitCode;
  const { options, list, targets } = asked;
  // What listens for the end removes copies and ends tests.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(INTERRUPTED));
  const tree = await Tree.copy();
  try {
    const all = await jobsOf(targets, tree);
    const jobs = sample(
      options.again === undefined ? all : survivedIn(all, options.again),
      options.sample,
      options.seed,
    );
    if (options.list) return print(jobs);
    say(`${jobs.length} of ${all.length} mutants in ${targets.length} files`);
    await putInto(tree, jobs);
    const tests = await testsOf(targets, tree, options);
    return report(await runAll(jobs, tree, { ...options, tests, list }), options);
  } catch (error) {
    say(error.message.slice(-SHOWN_OUTPUT));
    return WRONG_USAGE;
  } finally {
    tree.remove();
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

/** Each mutant that compiles, with a number. */
async function jobsOf(targets, tree) {
  const compiler = new Compiler(
    tree.folder,
    targets.map(({ file }) => file),
  );
  const jobs = [];
  for (const { file, parts } of targets) {
    const source = await readFile(tree.path(file), 'utf8');
    const compiling = mutantsOf(file, source).filter((mutant) => compiler.accepts(file, mutated(source, mutant)));
    for (const mutant of compiling) jobs.push({ file, parts, mutant: { ...mutant, id: jobs.length + 1 } });
  }
  return jobs;
}

/** All of them are in the sources then; none is on. */
async function putInto(tree, jobs) {
  for (const file of new Set(jobs.map((job) => job.file))) {
    const mutants = jobs.filter((job) => job.file === file).map(({ mutant }) => mutant);
    await tree.write(file, withMutants(await readFile(tree.path(file), 'utf8'), mutants));
  }
}

/** Those that the list names for a file, and those that import it, with what they reach. */
async function testsOf(targets, tree, { jobs }) {
  const files = new Set(targets.flatMap(({ tests }) => tests));
  for (const { file, parts } of targets) for (const test of await relatedTests(tree, file, parts)) files.add(test);
  const parts = [...new Set(targets.flatMap((target) => target.parts))];
  const onDone = (count, of) =>
    (count % 10 === 0 || count === of) && say(`${count} of ${of} tests pass with nothing changed`);
  return await coverTests(tree, [...files], { parts, timeoutMs: COVER_MS, jobs, onDone });
}

function print(jobs) {
  for (const { file, mutant } of jobs) process.stdout.write(`${describe(file, mutant)}\n`);
  return 0;
}

async function runAll(jobs, tree, how) {
  const order = new Order();
  const results = [];
  const left = [...jobs];
  const work = async () => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) {
      const result = await runOne(job, tree, { ...how, order });
      results.push(result);
      const by = result.test === undefined ? '' : ` (${result.test})`;
      say(`${results.length} of ${jobs.length}: ${result.how} ${describe(job.file, job.mutant)}${by}`);
    }
  };
  await Promise.all(Array.from({ length: how.jobs }, work));
  return results;
}

/** The tests that reach it are asked. */
async function runOne({ file, parts, mutant }, tree, { tests, order, timeout, list }) {
  const reaching = tests.filter(({ reached }) => reached.has(mutant.id));
  const tookMs = reaching.reduce((sum, test) => sum + test.tookMs, 0);
  const timeoutMs = timeout === null ? MARGIN_MS + 3 * tookMs : timeout * 1000;
  const groups = order.groups(reaching, { file, line: mutant.line });
  const { how, by, test } = await runInTurn(tree, groups, { parts, timeoutMs, mutant: mutant.id });
  if (by !== undefined) order.count({ file, line: mutant.line, by, test });
  if (how !== 'passed') return { file, mutant, test, how: how === 'failed' ? 'killed' : 'killed (by time)' };
  const why = arguedFor(list, file, mutant);
  const survived = reaching.length === 0 ? 'SURVIVED (no test reaches it)' : 'SURVIVED';
  return { file, mutant, how: why === undefined ? survived : `argued (${why})`, isArgued: why !== undefined };
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
