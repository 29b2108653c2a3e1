import { spawn } from 'node:child_process';
import path from 'node:path';
import { inProject } from '../project.mjs';

const FIRST_FAILURE = inProject('scripts/lib/mutate/first-failure.js');
const AS_ASKED = inProject('scripts/lib/mutate/as-asked.js');
const LISTING_MS = 120_000;

/** Test files that import a source file, directly or not. Only of `parts`, jest's projects. */
export async function relatedTests(tree, file, parts) {
  const args = ['--listTests', '--findRelatedTests', file, '--selectProjects', ...parts];
  const { output } = await jest(tree, args, { timeoutMs: LISTING_MS });
  const tests = output.split('\n').filter((line) => line.endsWith('.test.ts'));
  return tests.map((test) => path.relative(tree.folder, test)).sort();
}

/**
 * A mutant that waits for ever must not wait long, and a test that is slow beside others must not count as one. Tests with a
 * time of their own keep it.
 */
const ONE_TEST_MS = 20_000;
const TIMES = 3;

/** Each test of these files by its full name; none is run. Tests of the same name are one. */
export async function listTests(tree, files, parts) {
  if (files.length === 0) return [];
  const args = ['--json', '--silent', '--testNamePattern', '^$', '--runTestsByPath', ...files];
  const { output } = await jest(tree, [...args, '--selectProjects', ...parts], { timeoutMs: LISTING_MS });
  const listed = output.split('\n').find((line) => line.startsWith('{"num'));
  if (listed === undefined) throw new Error(`the tests cannot be listed:\n${output}`);
  return JSON.parse(listed).testResults.flatMap(({ name: file, assertionResults }) => {
    const names = new Set(assertionResults.map(({ fullName }) => fullName));
    return [...names].map((name) => ({ file: path.relative(tree.folder, file), name }));
  });
}

/**
 * Asks groups of tests in turn, until one fails.
 *
 * @param {{ file: string, name?: string, tookMs: number }[][]} groups
 * @returns {Promise<{ how: 'passed' | 'failed' | 'timedOut', by?: string, test?: string }>} `by`: the file whose test
 * failed, and which that was
 */
export async function runInTurn(tree, groups, { parts, timeoutMs, mutant }) {
  for (const group of groups.filter(({ length }) => length > 0)) {
    const files = [...new Set(group.map(({ file }) => file))];
    const oneMs = Math.max(ONE_TEST_MS, ...group.map(({ tookMs }) => TIMES * tookMs));
    const { how, output } = await runTests(tree, files, { parts, timeoutMs, oneMs, mutant, names: namesOf(group) });
    if (how === 'passed') continue;
    const [, by, test] = /^✕ (.*?\.test\.ts): (.*)/m.exec(output) ?? [];
    return { how: output.includes('Exceeded timeout') ? 'timedOut' : how, by, test };
  }
  return { how: 'passed' };
}

/** Undefined where whole files are asked. */
function namesOf(tests) {
  const names = tests.flatMap(({ name }) => name ?? []);
  return names.length === tests.length ? names : undefined;
}

/**
 * Runs these files of tests in their order, and stops at the first test that fails. `names`: only the tests of these
 * names; `mutant`: what of the sources is changed; `oneMs`: how long each test may take.
 *
 * @returns {Promise<{ how: 'passed' | 'failed' | 'timedOut', output: string }>}
 */
export async function runTests(tree, files, { parts, timeoutMs, oneMs = timeoutMs, names, mutant }) {
  const args = ['--runInBand', '--bail', '--testTimeout', String(oneMs), '--testSequencer', AS_ASKED];
  if (names !== undefined) args.push('--testNamePattern', `^(${names.map(escaped).join('|')})$`);
  args.push('--reporters', 'default', '--reporters', FIRST_FAILURE, '--runTestsByPath', ...files);
  const env = { HALCYON_MUTANT: String(mutant) };
  const { exitCode, timedOut, output } = await jest(tree, [...args, '--selectProjects', ...parts], { timeoutMs, env });
  return { how: timedOut ? 'timedOut' : exitCode === 0 ? 'passed' : 'failed', output };
}

/** For a regular expression. */
function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

async function jest(tree, args, { timeoutMs, env = {} }) {
  const program = tree.path('node_modules/jest/bin/jest.js');
  // A group of its own: what a mutant leaves running ends with it.
  const child = spawn(process.execPath, [program, ...args], {
    cwd: tree.folder,
    env: { ...process.env, ...env },
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
