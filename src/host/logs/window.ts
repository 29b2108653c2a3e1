import type { Evidence } from '../../shared/observations/change';
import type { CommandRunner } from '../programs/commands';
import { entryTime, readNewest, syncJournal } from './journal';
import { linesOfWindow } from './log-since';
import { readLogEnd } from './log-tail';

/** Newest lines that are looked at, at the most. */
const LINES_AT_MOST = 5_000;
/** Each is a record of some hundred bytes. */
const ENTRIES_AT_MOST = 500;

/** What a log says of a window that ends now: for the agent itself, not to leave the host as it is. */
export interface WindowLines {
  path: string;
  evidence: Evidence;
  lines: string[];
  /** Why these may not be all; empty where they are. */
  partial: string;
  /** When it was written last; null where that is not known. */
  modifiedAt: string | null;
}

/** Of a log file. @throws HostError as `readLogTail` does */
export async function readFileWindow(file: string, windowMs: number): Promise<WindowLines> {
  const end = await readLogEnd(file, LINES_AT_MOST);
  const { path, evidence, modifiedAt } = end;
  if (evidence !== 'present') return { path, evidence, lines: [], partial: '', modifiedAt };
  const { lines, isAll, isDated } = linesOfWindow(end.lines, Date.now() - windowMs, end.isWhole);
  const wasWritten = modifiedAt !== null && Date.parse(modifiedAt) >= Date.now() - windowMs;
  if (!isDated) {
    const partial = wasWritten ? 'its lines have no time that is known: these are the last ones' : '';
    return { path, evidence, lines: wasWritten ? lines : [], partial, modifiedAt };
  }
  const partial = isAll ? '' : `only its last ${end.lines.length} lines were read`;
  return { path, evidence, lines, partial, modifiedAt };
}

/** Of a unit's journal; `undefined` when it cannot be read. */
export async function readJournalWindow(
  unit: string,
  windowMs: number,
  run: CommandRunner,
  signal?: AbortSignal,
): Promise<WindowLines | undefined> {
  await syncJournal(run, signal);
  const since = `@${Math.floor((Date.now() - windowMs) / 1_000)}`;
  const how = { since, signal, fields: ['MESSAGE'] };
  const entries = await readNewest(run, ENTRIES_AT_MOST, [`_SYSTEMD_UNIT=${unit}`], how);
  if (entries === undefined) return undefined;
  const lines = entries.flatMap(({ MESSAGE }) => (MESSAGE === undefined ? [] : [MESSAGE]));
  const partial = entries.length < ENTRIES_AT_MOST ? '' : `only its last ${ENTRIES_AT_MOST} entries were read`;
  const last = entries.at(-1);
  const modifiedAt = (last === undefined ? undefined : entryTime(last)) ?? null;
  return { path: `journal of ${unit}`, evidence: 'present', lines, partial, modifiedAt };
}
