import { spawn } from 'node:child_process';
import path from 'node:path';
import { inProject } from '../project.mjs';

const WHAT_RAN = inProject('scripts/lib/mutate/what-ran.js');
const AS_ASKED = inProject('scripts/lib/mutate/as-asked.js');
/** Of what a run printed: enough to see why the unchanged sources fail. */
const KEPT_OUTPUT = 20_000;

/**
 * Test files that import a source file, directly or not: those beside it first, for they notice soonest. Only of `parts`,
 * jest's projects.
 */
export async function relatedTests(tree, file, parts) {
  const { output } = await jest(
    tree,
    ['--listTests', '--findRelatedTests', file, '--selectProjects', ...parts],
    120_000,
  );
  const tests = output
    .split('\n')
    .flatMap((line) => (line.endsWith('.test.ts') ? [path.relative(tree.folder, line)] : []));
  return tests.sort((a, b) => distance(file, a) - distance(file, b) || (a < b ? -1 : 1));
}

/** A mutant that waits for ever must not wait long. Tests with a time of their own keep it. */
const ONE_TEST_MS = 15_000;

/**
 * Asks these tests, those of the first group before all others.
 *
 * @returns {Promise<{ how: 'passed' | 'failed' | 'timedOut', by?: string, test?: string }>} `by`: the file whose test
 * failed, and which that was
 */
export async function runInTurn(tree, groups, parts, timeoutMs) {
  for (const some of groups.filter((group) => group.length > 0)) {
    const { how, output } = await runTests(tree, some, { parts, timeoutMs });
    const [, by, test] = /^✕ (.*?\.test\.ts): (.*)/m.exec(output) ?? [];
    if (how !== 'passed') return { how: /^.*Exceeded timeout/m.test(output) ? 'timedOut' : how, by, test };
  }
  return { how: 'passed' };
}

/**
 * Runs these tests in their order, on `workers` processors, and stops at the first that fails.
 *
 * @returns {Promise<{ how: 'passed' | 'failed' | 'timedOut', output: string, tookMs: Map<string, number> }>} `output`: the
 * end of what it printed; `tookMs`: by the path of a test
 */
export async function runTests(tree, tests, { parts, timeoutMs, workers = 1 }) {
  const args = workers === 1 ? ['--runInBand'] : ['--maxWorkers', String(workers)];
  args.push('--bail', '--testTimeout', String(ONE_TEST_MS), '--testSequencer', AS_ASKED);
  args.push('--reporters', 'default', '--reporters', WHAT_RAN, '--runTestsByPath', ...tests);
  const { exitCode, timedOut, output } = await jest(tree, [...args, '--selectProjects', ...parts], timeoutMs);
  const took = [...output.matchAll(/^ran (.*) in (\d+) ms$/gm)].map(([, test, ms]) => [test, Number(ms)]);
  const how = timedOut ? 'timedOut' : exitCode === 0 ? 'passed' : 'failed';
  return { how, output: output.slice(-KEPT_OUTPUT), tookMs: new Map(took) };
}

/** A test mirrors its source: how many folders of the one the other does not have. */
function distance(file, test) {
  const [source, mirror] = [file, test].map((name) =>
    name
      .replace(/\.(test\.)?ts$/, '')
      .split('/')
      .slice(1),
  );
  const words = mirror.slice(1);
  const shared = source.findIndex((word, at) => words[at] !== word);
  return shared === -1 ? 0 : source.length - shared;
}

async function jest(tree, args, timeoutMs) {
  const program = tree.path('node_modules/jest/bin/jest.js');
  // A group of its own: what a mutant leaves running ends with it.
  const child = spawn(process.execPath, [program, ...args], {
    cwd: tree.folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(child);
  }, timeoutMs);
  const stop = () => killGroup(child);
  process.once('exit', stop);
  try {
    const exitCode = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    return { exitCode, timedOut, output };
  } finally {
    clearTimeout(timer);
    process.off('exit', stop);
    killGroup(child);
  }
}

function killGroup({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}
