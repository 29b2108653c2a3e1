import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { ensureBuilt } from './build.mjs';
import { runQuietly, runTool } from './child.mjs';
import { ensureInstalled } from './install.mjs';
import { say, timed } from './progress.mjs';
import { inProject } from './project.mjs';
import { NOTHING, add, countJest, countOthers, failedFiles, format } from './summary.mjs';

const require = createRequire(import.meta.url);

/** Exit code after Ctrl-C. */
const INTERRUPTED = 130;

/** What can be tested alone: jest's projects. */
export const parts = require(inProject('jest.config.js')).projects.map((project) => project.displayName);

/** Once it has reported, jest ends within this time, unless a test left something running. */
const JEST_ENDS_WITHIN_MS = 15_000;

/** Real hosts and whole stacks: nearly all of its time is waiting, for boots, restarts and windows of steadiness. */
const INTEGRATION = 'integration';
/** Also where there are only two processors: many tests wait for a server. */
const WORKERS = Math.max(2, availableParallelism() - 1);
/** Hosts that are up at the same time; each takes about 1 GB of memory. */
const HOSTS = 3;
/** What computes leaves the processors to what is timed: the other parts to the hosts, lint and types to all tests. */
const NICE = { lint: 10, [INTEGRATION]: 0, others: 5 };
/** Files whose tests choose at random (`sizeOf` in test/support/sample.ts), as jest's patterns. */
const RANDOM_SUITES = [
  ...['chaos.test', 'storm', 'gameday', 'escalation-matrix', 'simulate-causes'],
  ...['files/(perm|old|temp)', '-message'],
];
/** Parts that need nothing but the sources. */
const SELF_CONTAINED = ['unit'];

/**
 * Runs one part or all of the tests; the last line says how many passed. Returns the exit code.
 *
 * @param {string[]} args a part, or lint, types and all parts where there is none; then arguments for jest
 */
export async function runTests(args) {
  const [first, ...rest] = args;
  if (parts.includes(first)) return await summarized([first], () => atOnce(groups([first]).map(jestOf(rest))));
  return await summarized(parts, () => atOnce([check(), ...groups(parts).map(jestOf(args))]));
}

/**
 * Runs the suites of which all others take a sample, in full. One after another: they strike at moments that were
 * measured. Then as `runTests`.
 */
export async function runChaos(args) {
  process.env.HALCYON_CHAOS = 'full';
  const jestArgs = [...RANDOM_SUITES, ...args];
  return await summarized(parts, async () => {
    let total = NOTHING;
    for (const group of groups(parts)) total = add(total, await runJest(group, jestArgs));
    return total;
  });
}

async function summarized(wanted, run) {
  let total = NOTHING;
  // One for all, so that a run can be had again by it.
  process.env.HALCYON_CHAOS_SEED ??= String(Date.now() % 1_000_000);
  try {
    await ensureInstalled();
    total = add(total, await prepare(wanted));
    total = add(total, await run());
  } catch (error) {
    if (error.total !== undefined) total = add(total, error.total);
    say(error.message);
    total = add(total, { ...NOTHING, failed: 1 });
  }
  process.stdout.write(`${format(total)}\n`);
  return total.failed === 0 ? 0 : 1;
}

const jestOf = (jestArgs) => (group) => runJest(group, jestArgs);

/** What all of them come to, when the last has ended; throws the first error then, with what the others came to. */
async function atOnce(runs) {
  const ends = await Promise.allSettled(runs);
  const total = ends.map(({ value = NOTHING }) => value).reduce(add);
  const failure = ends.find(({ status }) => status === 'rejected');
  if (failure !== undefined) throw Object.assign(failure.reason, { total });
  return total;
}

/** Lint and types: one test each. */
async function check() {
  const lint = async () => {
    await node('eslint/bin/eslint.js', '.');
    await node('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.');
  };
  const types = () => node('typescript/bin/tsc', '-p', 'tsconfig.json');
  const results = await Promise.all([attempt('lint', lint), attempt('types', types)]);
  return { ...NOTHING, passed: results.filter(Boolean).length, failed: results.filter((ok) => !ok).length };
}

async function attempt(title, work) {
  try {
    await timed(title, work);
    return true;
  } catch (error) {
    say(error.message);
    return false;
  }
}

async function node(program, ...args) {
  const command = [inProject('node_modules', program), ...args];
  await runQuietly(process.execPath, command, { niceness: NICE.lint });
}

/** A build that fails is one failure and ends nothing: most tests run from the sources. */
async function prepare(wanted) {
  const isBuilt = await ensureBuilt().then(
    () => true,
    (error) => say(error.message),
  );
  if (!isBuilt) return { ...NOTHING, failed: 1 };
  if (wanted.some((part) => !SELF_CONTAINED.includes(part))) await findTemporal();
  if (wanted.includes(INTEGRATION) && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    await require(inProject('dist/lab/packages.js')).ensurePackages(say);
  }
  return NOTHING;
}

/** Found once here, so that parallel tests need not wait for one another's download. */
async function findTemporal() {
  const executables = require(inProject('dist/src/temporal/dev/executables.js'));
  process.env.TEMPORAL_CLI = await executables.ensureTemporalCli(say);
  process.env.TEMPORAL_TEST_SERVER = await executables.ensureTestServer(say);
}

/** Each is a jest of its own, at the same time: neither waits for the other's workers. */
function groups(wanted) {
  const others = wanted.filter((part) => part !== INTEGRATION);
  const all = [wanted.filter((part) => part === INTEGRATION), others].filter((group) => group.length > 0);
  // Two that paint their progress over each other's cannot be read: now each prints a line for a file.
  if (all.length > 1) process.env.CI ??= 'true';
  return all;
}

/** Unless the caller knows better. All that there is of chaos is struck at moments that were measured: alone. */
function workersFor(group, jestArgs) {
  if (jestArgs.some((arg) => /^(-i|-w\d*|--runInBand|--maxWorkers(=.*)?)$/.test(arg))) return [];
  if (!group.includes(INTEGRATION)) return ['--maxWorkers', String(WORKERS)];
  return process.env.HALCYON_CHAOS === 'full' ? ['--runInBand'] : ['--maxWorkers', String(HOSTS)];
}

async function runJest(group, jestArgs) {
  const { report, exitCode } = await reportOf(group, [...jestArgs, ...workersFor(group, jestArgs)]);
  // Also of the others: a client that waits to try again when its server is taken down throws in a timer, and that ends
  // whatever file its process is at by then.
  const failed = jestArgs.length === 0 && exitCode === 1 ? failedFiles(report) : [];
  if (failed.length === 0) return countJest(report, exitCode);
  say(`failed beside others, and now one after another: ${failed.map((file) => path.basename(file)).join(', ')}`);
  const again = await reportOf(group, ['--runInBand', '--runTestsByPath', ...failed]);
  return add(countOthers(report, failed), countJest(again.report, again.exitCode));
}

/** Jest's own report of these tests, null where it wrote none, and its exit code. */
async function reportOf(group, jestArgs) {
  const directory = await mkdtemp(path.join(tmpdir(), 'halcyon-test-'));
  try {
    const file = path.join(directory, 'report.json');
    const args = [...jestArgs, '--json', '--outputFile', file];
    // Last, since it takes every word that follows as a project's name.
    args.push('--selectProjects', ...group);
    const jest = [inProject('node_modules/jest/bin/jest.js'), ...args];
    const niceness = NICE[group[0]] ?? NICE.others;
    const exitCode = await withEndAfter(file, (kill) => runTool(process.execPath, jest, { niceness, kill }));
    if (exitCode === INTERRUPTED) throw new Error('interrupted');
    const report = await readFile(file, 'utf8').then(JSON.parse, () => null);
    if (report === null) say(`jest (${group.join(', ')}) ended without a report (exit code ${exitCode})`);
    return { report, exitCode };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A test that left something running must not keep jest, and us, for ever. */
async function withEndAfter(reportFile, run) {
  const kill = new AbortController();
  let reportedAt;
  const watch = setInterval(() => {
    if (!existsSync(reportFile)) return;
    reportedAt ??= performance.now();
    if (kill.signal.aborted || performance.now() - reportedAt < JEST_ENDS_WITHIN_MS) return;
    say('jest did not end after its report: a test left something running (find it with --detectOpenHandles)');
    kill.abort();
  }, 500);
  try {
    return await run(kill.signal);
  } finally {
    clearInterval(watch);
  }
}
