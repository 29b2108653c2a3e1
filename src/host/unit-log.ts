import type { CommandRunner } from './commands';
import { readNewest, syncJournal } from './journal';
import type { JournalEntry } from './journal';

/** systemd's catalogue id: a unit's start begins. */
const STARTING = '7d4958e842da4a758f6c1cdc7b36dcc5';

/**
 * The last lines of a unit, its own and systemd's about it, as `name: text`: from where its last start began, of the last
 * hour, `lines` at the most. Empty when there are none or the journal cannot be read.
 *
 * Not by the start's invocation: the journal has none for a process that ended before it could be looked at, and those
 * are the ones that say why.
 */
export async function readUnitLog(
  unit: string,
  lines: number,
  run: CommandRunner,
  signal?: AbortSignal,
): Promise<string[]> {
  await syncJournal(run, signal);
  // Anybody may write that a line is about this unit: only root is believed.
  const matches = [`_SYSTEMD_UNIT=${unit}`, '+', '_UID=0', `UNIT=${unit}`];
  const entries = (await readNewest(run, lines, matches, signal)) ?? [];
  const start = entries.findLastIndex((entry) => entry.MESSAGE_ID === STARTING);
  return entries.slice(Math.max(start, 0)).flatMap(lineOf);
}

function lineOf({ MESSAGE, SYSLOG_IDENTIFIER, _COMM }: JournalEntry): string[] {
  if (MESSAGE === undefined || MESSAGE.trim() === '') return [];
  return [`${SYSLOG_IDENTIFIER ?? _COMM ?? 'unknown'}: ${MESSAGE.trimEnd()}`];
}
