import type { CommandRunner } from '../programs/commands';
import { entryTime, readJournal, readNewest, syncJournal } from './journal';
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
  const entries = await readNewest(run, lines, matchesOf(unit), { signal });
  const start = entries?.findLastIndex((entry) => entry.MESSAGE_ID === STARTING) ?? -1;
  return entries?.slice(Math.max(start, 0)).flatMap(lineOf);
}

/** Where the entries of a journal begin that are wanted. */
export type JournalPlace =
  /** The newest, at most so many. */
  | { newest: number }
  /** What came after this one of journald's cursors. */
  | { cursor: string }
  /** What came since, in seconds since 1970. */
  | { since: number };

/** A line with journald's cursor of it. */
export interface PlacedLine extends UnitLine {
  cursor: string;
}

/**
 * What a unit and systemd say of it, as in `readUnitLog`, wherever a start began. `undefined` when the journal cannot be read.
 */
export async function readUnitEntries(
  unit: string,
  place: JournalPlace,
  run: CommandRunner,
  signal?: AbortSignal,
): Promise<PlacedLine[] | undefined> {
  const fields = ['MESSAGE', 'SYSLOG_IDENTIFIER', '_COMM'];
  const matches = matchesOf(unit);
  const from = 'cursor' in place ? `--after-cursor=${place.cursor}` : `--since=@${'since' in place ? place.since : 0}`;
  const entries =
    'newest' in place
      ? await readNewest(run, place.newest, matches, { signal, fields })
      : // Without a limit of lines: the first that fit into the output are read now, and the rest the next time.
        await readJournal(run, [from, `--output-fields=${fields.join(',')}`, ...matches], signal);
  return entries?.flatMap((entry) => lineOf(entry).map((line) => ({ ...line, cursor: entry['__CURSOR'] ?? '' })));
}

/** Anybody may write that a line is about this unit: only root is believed. */
function matchesOf(unit: string): string[] {
  return [`_SYSTEMD_UNIT=${unit}`, '+', '_UID=0', `UNIT=${unit}`];
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
