/** What the lab's commands have in common: their arguments, and an end that leaves nothing behind. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Pace } from '../monitoring/monitoring-config';

/** Exit code after Ctrl-C. */
const INTERRUPTED = 130;

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!(Number.isSafeInteger(value) && value > 0)) throw new InvalidArgumentError('expected a whole number above 0');
  return value;
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('expected a number above 0');
  return value;
}

export function parsePace(text: string): Pace {
  return text === 'deployed' ? text : positive(text);
}

/** For `--seed`: where nobody gives one, it is told, so that the same can be played again. */
export function anySeed(): number {
  return Math.floor(Math.random() * 1e6) + 1;
}

interface OnSite<Site> {
  name: string;
  /** Runs to its end, also when interrupted: only then is everything known that must be taken down. */
  setUp: (directory: string) => Promise<Site>;
  /** Resolves with the exit code. */
  work: (site: Site, signal: AbortSignal) => Promise<number>;
  keepLogs: boolean;
  /** Before it is taken down. */
  onEnd?: () => void;
}

/** Sets up a site in a folder of its own, works on it, and takes it down whatever happens. Resolves with the exit code. */
export async function onSite<Site extends { down(): Promise<void> }>(on: OnSite<Site>): Promise<number> {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort());
  const directory = mkdtempSync(join(tmpdir(), `halcyon-${on.name}-`));
  let site: Site | undefined;
  try {
    site = await on.setUp(directory);
    return await on.work(site, interruption.signal);
  } catch (err) {
    if (!interruption.signal.aborted) throw err;
    return INTERRUPTED;
  } finally {
    on.onEnd?.();
    await site?.down();
    if (on.keepLogs) process.stderr.write(`logs are in ${directory}\n`);
    else rmSync(directory, { recursive: true, force: true });
  }
}

/** A line with its time. Standard output is for the result. */
export function sayTimed(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
}

/** Runs a command to its exit code. */
export function runMain(name: string, main: () => Promise<number>): void {
  main().then(
    (exitCode) => (process.exitCode = exitCode),
    (err: unknown) => {
      process.stderr.write(`${name}: ${err instanceof Error ? (err.stack ?? err.message) : String(err)}\n`);
      process.exit(1);
    },
  );
}
