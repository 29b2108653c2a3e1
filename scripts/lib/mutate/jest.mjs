import { spawn } from 'node:child_process';
import path from 'node:path';
import { inProject } from '../project.mjs';

const FIRST_FAILURE = inProject('scripts/lib/mutate/first-failure.js');
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
/** How these tests ended, those of the first group before all others: `passed`, `failed` or `timedOut`. */
export async function runInTurn(tree, groups, parts, timeoutMs) {
  for (const some of groups) {
    const how = some.length === 0 ? 'passed' : (await runTests(tree, some, parts, timeoutMs)).how;
    if (how !== 'passed') return how;
  }
  return 'passed';
}

/** How a run of these tests ended: `passed`, `failed` or `timedOut`, and what it printed. It stops at the first that fails. */
export async function runTests(tree, tests, parts, timeoutMs) {
  const args = ['--runInBand', '--bail', '--testTimeout', String(ONE_TEST_MS)];
  args.push('--reporters', 'default', '--reporters', FIRST_FAILURE, '--runTestsByPath', ...tests);
  const { exitCode, timedOut, output } = await jest(tree, [...args, '--selectProjects', ...parts], timeoutMs);
  return { how: timedOut ? 'timedOut' : exitCode === 0 ? 'passed' : 'failed', output };
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
    return { exitCode, timedOut, output: output.slice(-KEPT_OUTPUT) };
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
