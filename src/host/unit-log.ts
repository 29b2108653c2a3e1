import type { CommandRunner } from './commands';
import { readJournal, syncJournal } from './journal';
import type { JournalEntry } from './journal';

interface Wanted {
  unit: string;
  /** The start whose lines are wanted; empty when systemd has no name for it (masked, never started, not loadable). */
  invocation: string;
  lines: number;
}

/**
 * The last lines of a unit, its own and systemd's about it, as `name: text`. Of one start where that has a name, else of
 * the last hour. Empty when there are none or the journal cannot be read.
 */
export async function readUnitLog(
  { unit, invocation, lines }: Wanted,
  run: CommandRunner,
  signal?: AbortSignal,
): Promise<string[]> {
  await syncJournal(run, signal);
  const args = ['--output-fields=MESSAGE,SYSLOG_IDENTIFIER,_COMM', `--lines=${lines}`];
  const entries = await readJournal(run, [...args, ...matches(unit, invocation)], signal);
  return (entries ?? []).flatMap(lineOf);
}

/** Anybody may write that a line is about this unit: only root is believed. */
function matches(unit: string, invocation: string): string[] {
  const own = [`_SYSTEMD_UNIT=${unit}`];
  const about = ['_UID=0', `UNIT=${unit}`];
  if (invocation === '') return ['--since=-1h', ...own, '+', ...about];
  return [...own, `_SYSTEMD_INVOCATION_ID=${invocation}`, '+', ...about, `INVOCATION_ID=${invocation}`];
}

function lineOf({ MESSAGE, SYSLOG_IDENTIFIER, _COMM }: JournalEntry): string[] {
  if (MESSAGE === undefined || MESSAGE.trim() === '') return [];
  return [`${SYSLOG_IDENTIFIER ?? _COMM ?? 'unknown'}: ${MESSAGE.trimEnd()}`];
}
