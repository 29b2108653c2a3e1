import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { errorText } from '../errors';
import { collectOutput } from './output';
import { CommandNotStarted, checkProgram } from './program';

const OUTPUT_LIMIT_BYTES = 64 * 1024;
const KILL_AFTER_MS = 2_000;
/** Output that a descendant in another process group keeps open is not waited for. */
const DRAIN_MS = 200;

/** All that a command of the agent inherits. */
export const MINIMAL_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
} as const;

export interface Command {
  /** Absolute path. */
  program: string;
  args: string[];
  timeoutMs: number;
  cwd?: string;
  /** Added to the minimal environment. */
  env?: Record<string, string>;
  /** What it reads from its standard input. @default nothing */
  input?: string;
  /** Aborting it kills the command, and `runCommand` rejects with its reason. */
  signal?: AbortSignal | undefined;
  /** Of each of stdout and stderr. @default 65536 */
  outputLimitBytes?: number;
  /** From TERM to KILL. @default 2000 */
  killAfterMs?: number;
  /** What to do when the program is missing, as a sentence. */
  remedy?: string;
}

export interface CommandResult {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  timedOut: boolean;
  /** Some output was dropped beyond the limit. */
  truncated: boolean;
  stdout: string;
  stderr: string;
  durationMs: number;
}

export type CommandRunner = (command: Command) => Promise<CommandResult>;

/**
 * Runs a program without a shell, in its own process group, with a minimal environment and no input but what is given.
 * Ends it by TERM, then KILL, when its time is over. How it ended is the result, whatever its exit code.
 *
 * @throws CommandNotStarted, or the reason of the aborted signal.
 */
export async function runCommand(command: Command): Promise<CommandResult> {
  command.signal?.throwIfAborted();
  await checkProgram(command.program, command.remedy);
  command.signal?.throwIfAborted();
  const startedAt = performance.now();
  const child = start(command);
  const output = collectOutput(child, command.outputLimitBytes ?? OUTPUT_LIMIT_BYTES);
  const stopper = stopOn(child, command);
  try {
    const ended = await untilEnded(child, command);
    command.signal?.throwIfAborted();
    return { ...ended, timedOut: stopper.timedOut(), ...output(), durationMs: performance.now() - startedAt };
  } finally {
    stopper.clear();
  }
}

/** How a command ended, in words. */
export function describeEnd({ exitCode, signal, timedOut, durationMs }: CommandResult): string {
  if (timedOut) return `did not end in time and was killed after ${Math.round(durationMs)} ms`;
  return signal === null ? `exit code ${exitCode}` : `killed by ${signal}`;
}

function start({ program, args, cwd, env, input }: Command): ChildProcess {
  const child = spawn(program, args, {
    cwd: cwd ?? '/',
    env: { ...MINIMAL_ENVIRONMENT, ...env },
    shell: false,
    // A session of its own: its descendants can be ended with it, and it never reads our terminal.
    detached: true,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  // One that ends without reading it says why by its exit code.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  return child;
}

/** Rejects for a program that could not be executed; else resolves once it ended and its output was read. */
function untilEnded(
  child: ChildProcess,
  { program, remedy }: Command,
): Promise<Pick<CommandResult, 'exitCode' | 'signal'>> {
  return new Promise((resolve, reject) => {
    child.once('error', (err) => reject(new CommandNotStarted(program, errorText(err), remedy)));
    child.once('exit', (exitCode, signal) => {
      const drained = setTimeout(() => done(), DRAIN_MS);
      child.once('close', () => done());
      function done(): void {
        clearTimeout(drained);
        child.stdout?.destroy();
        child.stderr?.destroy();
        killGroup(child, 'SIGKILL');
        resolve({ exitCode, signal });
      }
    });
  });
}

function stopOn(child: ChildProcess, { timeoutMs, signal, killAfterMs = KILL_AFTER_MS }: Command) {
  let timedOut = false;
  let killer: NodeJS.Timeout | undefined;
  const timer = setTimeout(() => {
    timedOut = true;
    stop();
  }, timeoutMs);
  signal?.addEventListener('abort', stop, { once: true });

  function stop(): void {
    killGroup(child, 'SIGTERM');
    killer ??= setTimeout(() => killGroup(child, 'SIGKILL'), killAfterMs);
  }
  function clear(): void {
    clearTimeout(timer);
    clearTimeout(killer);
    signal?.removeEventListener('abort', stop);
  }
  return { timedOut: () => timedOut, clear };
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}
