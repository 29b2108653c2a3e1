import type { CommandRunner } from '../programs/commands';
import { CommandNotStarted } from '../programs/program';

const JOURNALCTL = '/usr/bin/journalctl';
const TIMEOUT_MS = 5_000;
const OUTPUT_LIMIT_BYTES = 256 * 1024;

/** Fields of one journal entry. A field that is not text (binary, repeated) is left out. */
export type JournalEntry = Record<string, string>;

/**
 * The newest `lines` entries that match, since a time where one is given, oldest first; `undefined` when the journal cannot
 * be read.
 *
 * Asked for in reverse: beside `--since`, systemd before 254 takes `--lines` for the oldest ones.
 */
export async function readNewest(
  run: CommandRunner,
  lines: number,
  matches: string[],
  { since, signal, fields }: { since?: string; signal?: AbortSignal | undefined; fields?: string[] } = {},
): Promise<JournalEntry[] | undefined> {
  const from = [
    ...(since === undefined ? [] : [`--since=${since}`]),
    ...(fields === undefined ? [] : [`--output-fields=${fields.join(',')}`]),
  ];
  return (await readJournal(run, ['--reverse', ...from, `--lines=${lines}`, ...matches], signal))?.reverse();
}

/** Matching entries, oldest first; `undefined` when the journal cannot be read. */
export async function readJournal(
  run: CommandRunner,
  args: string[],
  signal?: AbortSignal,
): Promise<JournalEntry[] | undefined> {
  try {
    const result = await run({
      program: JOURNALCTL,
      args: ['--no-pager', '--quiet', '--output=json', ...args],
      timeoutMs: TIMEOUT_MS,
      outputLimitBytes: OUTPUT_LIMIT_BYTES,
      signal,
    });
    // `--grep` without a match ends with 1 and says nothing.
    const readable = result.exitCode === 0 || (result.exitCode === 1 && result.stderr.trim() === '');
    return readable ? result.stdout.split('\n').flatMap(parseEntry) : undefined;
  } catch (err) {
    if (err instanceof CommandNotStarted) return undefined;
    throw err;
  }
}

/** Waits until all that was logged before now can be read. Where that cannot be asked for, it is read as it is. */
export async function syncJournal(run: CommandRunner, signal?: AbortSignal): Promise<void> {
  try {
    await run({ program: JOURNALCTL, args: ['--sync'], timeoutMs: TIMEOUT_MS, signal });
  } catch (err) {
    if (!(err instanceof CommandNotStarted)) throw err;
  }
}

/** When the entry was written, ISO 8601; `undefined` when it does not say. */
export function entryTime(entry: JournalEntry): string | undefined {
  const microseconds = Number(entry.__REALTIME_TIMESTAMP);
  return Number.isFinite(microseconds) ? new Date(microseconds / 1_000).toISOString() : undefined;
}

/** A line that was cut off with the output is no entry. */
function parseEntry(line: string): JournalEntry[] {
  if (line === '') return [];
  try {
    const fields = Object.entries(JSON.parse(line) as Record<string, unknown>);
    return [Object.fromEntries(fields.filter((field): field is [string, string] => typeof field[1] === 'string'))];
  } catch {
    return [];
  }
}
