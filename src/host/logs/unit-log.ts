import type { CommandRunner } from '../programs/commands';
import { entryTime, readNewest, syncJournal } from './journal';
import type { JournalEntry } from './journal';
import type { Said } from '../services/start-reason';

/** systemd's catalogue id: a unit's start begins. */
const STARTING = '7d4958e842da4a758f6c1cdc7b36dcc5';

/** A line of a unit's journal. */
export interface UnitLine extends Said {
  /** ISO 8601; `undefined` when the journal does not say. */
  at: string | undefined;
}

/**
 * The last lines of a unit, its own and systemd's about it: from where its last start began, `lines` at the most, however
 * long ago that was. `undefined` when the journal cannot be read.
 *
 * Not by the start's invocation: the journal has none for a process that ended before it could be looked at, and those
 * are the ones that say why.
 */
export async function readUnitLog(
  unit: string,
  lines: number,
  run: CommandRunner,
  signal?: AbortSignal,
): Promise<UnitLine[] | undefined> {
  await syncJournal(run, signal);
  // Anybody may write that a line is about this unit: only root is believed.
  const matches = [`_SYSTEMD_UNIT=${unit}`, '+', '_UID=0', `UNIT=${unit}`];
  const entries = await readNewest(run, lines, matches, { signal });
  const start = entries?.findLastIndex((entry) => entry.MESSAGE_ID === STARTING) ?? -1;
  return entries?.slice(Math.max(start, 0)).flatMap(lineOf);
}

/** `2026-11-23T10:00:05Z python: it said so` */
export function tellLine({ at, name, text }: UnitLine): string {
  return `${at === undefined ? '' : `${at.slice(0, 19)}Z `}${name}: ${text}`;
}

function lineOf(entry: JournalEntry): UnitLine[] {
  const { MESSAGE, SYSLOG_IDENTIFIER, _COMM } = entry;
  if (MESSAGE === undefined || MESSAGE.trim() === '') return [];
  return [{ at: entryTime(entry), name: SYSLOG_IDENTIFIER ?? _COMM ?? 'unknown', text: MESSAGE.trimEnd() }];
}
