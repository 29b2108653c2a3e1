import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { processes } from './processes.js';
import { say } from './progress.mjs';
import { projectDir } from './project.mjs';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** A terminal and npm may both send the same Ctrl-C: within this time it counts once. */
const SAME_SIGNAL_MS = 1000;

/**
 * Runs a program in the project's folder, on our standard streams, and returns its exit code (128 + signal when killed).
 * Waits for its clean-up when interrupted.
 *
 * Unless interactive it has a session of its own and gets signals from us alone, each once: a program that cleans up on
 * the first Ctrl-C and gives up on the second must not see one Ctrl-C twice. An interactive one shares our terminal,
 * which sends it Ctrl-C itself. What a program with a session of its own leaves running is ended and named.
 *
 * @param {number} [options.niceness] from 0 to 19: how willingly it, and what it starts, leaves the processors to others
 * @param {AbortSignal} [options.kill] kills the program (which must not be interactive) and what it started
 */
export async function runTool(program, args, { interactive = false, niceness = 0, kill } = {}) {
  const child = spawn(program, args, { cwd: projectDir, stdio: 'inherit', detached: !interactive });
  beNice(child, niceness);
  const stopForwarding = forwardSignals(child, interactive ? ['SIGTERM', 'SIGHUP'] : FORWARDED);
  kill?.addEventListener('abort', () => isAlive(child) && process.kill(-child.pid, 'SIGKILL'), { once: true });
  try {
    return (await ended(child)).exitCode;
  } finally {
    stopForwarding();
    if (!interactive && child.pid !== undefined) endGroup(child.pid);
  }
}

/** Nobody else would end it, and the machine shall be left as it was. */
function endGroup(group) {
  const left = processes().filter((one) => one.group === group);
  if (left.length === 0) return;
  say(`left running, and ended now: ${left.map(({ command }) => command.slice(0, 200)).join('; ')}`);
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

function isAlive({ exitCode, signalCode }) {
  return exitCode === null && signalCode === null;
}

/** What it starts later is as nice. One that could not be started, or is over, needs no priority. */
function beNice({ pid }, niceness) {
  if (niceness === 0 || pid === undefined) return;
  try {
    setPriority(pid, niceness);
  } catch {
    // It has ended already.
  }
}

/** Runs a program quietly. Throws an error with all of its output (and its `exitCode`) when it fails. */
export async function runQuietly(program, args, { niceness = 0 } = {}) {
  const child = spawn(program, args, { cwd: projectDir, stdio: ['ignore', 'pipe', 'pipe'] });
  beNice(child, niceness);
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  const { exitCode, interrupted } = await ended(child);
  if (exitCode === 0) return;
  const command = [program, ...args].join(' ');
  const text = interrupted ? `${command}: interrupted` : `${command} failed (${exitCode})\n${Buffer.concat(output)}`;
  throw Object.assign(new Error(text.trimEnd()), { exitCode });
}

function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
      resolve({ exitCode, interrupted: signal === 'SIGINT' || exitCode === 130 });
    });
  });
}

/** Also keeps us alive: without a listener the first signal would end us before the child has cleaned up. */
function forwardSignals(child, forwarded) {
  let last = -Infinity;
  const forward = (signal) => {
    if (!forwarded.includes(signal) || performance.now() - last < SAME_SIGNAL_MS) return;
    last = performance.now();
    child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => FORWARDED.forEach((signal) => process.off(signal, forward));
}
