/** Runs one program with an argument array and collects what it says. */
import { spawn } from 'node:child_process';

export interface RunOptions {
  /** Given to its standard input, which is else empty. */
  input?: string;
  /** Added to this process' environment. */
  env?: NodeJS.ProcessEnv;
  /** Whether an exit code other than 0 rejects. @default true */
  check?: boolean;
  /** Ends the program, and rejects. */
  signal?: AbortSignal;
}

export interface RunResult {
  /** 128 when a signal ended it. */
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** A program ended with an exit code other than 0. */
export class RunError extends Error {
  constructor(
    readonly argv: string[],
    readonly result: RunResult,
  ) {
    super(`${argv.join(' ')}: exit ${result.exitCode}: ${(result.stderr || result.stdout).trim()}`);
    this.name = 'RunError';
  }
}

/** Resolves when the program has ended. Rejects with `RunError`, or with the error of starting it. */
export async function run(program: string, args: string[], options: RunOptions = {}): Promise<RunResult> {
  // Given by hand: under jest a child inherits the real environment and not the one that the test sees.
  const env = { ...process.env, ...options.env };
  const { signal } = options;
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env,
    ...(signal === undefined ? {} : { signal }),
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => stdout.push(data));
  child.stderr.on('data', (data: Buffer) => stderr.push(data));
  // A program that does not read its input is no error of ours.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 128));
  });
  const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString('utf8');
  const result = { exitCode, stdout: text(stdout), stderr: text(stderr) };
  if (exitCode !== 0 && options.check !== false) throw new RunError([program, ...args], result);
  return result;
}
