import type { CommandRunner } from '../../programs/commands';
import { readUnitEntries, tellLine } from '../unit-log';
import type { JournalPlace } from '../unit-log';

const READ_CHARACTERS = 48 * 1024;
const CURSOR = /^[a-z]=[0-9a-f]{1,40}(?:;[a-z]=[0-9a-f]{1,40}){1,9}$/;
const SINCE = /^@(\d{1,12})$/;

/** What a unit's journal says, for the agent itself: not to leave the host before it is masked. */
export interface JournalLines {
  lines: string[];
  /** journald's cursor of the last one, or since when there is none. */
  after: string;
  more: boolean;
}

/** The newest lines, and where it goes on after them. `undefined` when the journal cannot be read. */
export async function readJournalEnd(
  unit: string,
  lines: number,
  run: CommandRunner,
  signal: AbortSignal,
): Promise<JournalLines | undefined> {
  const since = `@${Math.floor(Date.now() / 1_000)}`;
  const entries = await readUnitEntries(unit, { newest: lines }, run, signal);
  if (entries === undefined) return undefined;
  let characters = 0;
  const first = entries.findLastIndex((entry) => (characters += tellLine(entry).length + 1) > READ_CHARACTERS);
  return { lines: entries.slice(first + 1).map(tellLine), after: entries.at(-1)?.cursor ?? since, more: false };
}

/** What was written since; a place that is none of journald's is now. */
export async function readJournalOn(
  unit: string,
  after: string,
  run: CommandRunner,
  signal: AbortSignal,
): Promise<JournalLines | undefined> {
  const place = placeOf(after);
  if (place === undefined) return await readJournalEnd(unit, 0, run, signal);
  const entries = await readUnitEntries(unit, place, run, signal);
  if (entries === undefined) return undefined;
  let characters = 0;
  const beyond = entries.findIndex((entry) => (characters += tellLine(entry).length + 1) > READ_CHARACTERS);
  const taken = beyond === -1 ? entries : entries.slice(0, Math.max(1, beyond));
  return { lines: taken.map(tellLine), after: taken.at(-1)?.cursor ?? after, more: taken.length < entries.length };
}

/** It becomes an argument of journalctl, and it comes from outside. */
function placeOf(after: string): JournalPlace | undefined {
  if (CURSOR.test(after)) return { cursor: after };
  const since = SINCE.exec(after)?.[1];
  return since === undefined ? undefined : { since: Number(since) };
}
