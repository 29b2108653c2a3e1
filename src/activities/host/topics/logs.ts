import path from 'node:path';
import { maskOnwards } from '../../../host/logs/follow/key-lines';
import { readFileEnd, readFileOn } from '../../../host/logs/follow/follow-file';
import { readJournalEnd, readJournalOn } from '../../../host/logs/follow/follow-journal';
import { errorText } from '../../../host/errors';
import type { Redact } from '../../../host/redact';
import { notConfigured } from '../../../host/services/service-managers';
import { sleep } from '../../../host/sleep';
import type { TopicRequest } from '../../../shared/topics/answers';
import type { FilePosition, JournalPosition, LogPosition, LogRead, LogsAnswer } from '../../../shared/topics/logs';
import type { HostDeps } from '../core/deps';
import { logRedactorOf } from '../core/log-redactor';

const LINE_CHARACTERS = 1_000;
const PROBLEM_CHARACTERS = 300;
const NO_JOURNAL = "journalctl cannot read it; let the agent's user read it (group systemd-journal)";
const LOOK_EVERY_MS = 500;
/** journalctl is a program of its own each time: it is asked at every so many looks. */
const JOURNAL_EVERY = 4;

/** What one log said, and where it goes on. */
interface Reading<P> {
  read: LogRead;
  position: P;
  more: boolean;
}

/** `tail` and `journalctl`; with a position what came after it, once there is any or the time is over. */
export async function answerLogs(
  deps: HostDeps,
  { lines = 0, position, waitMs = 0, match = '' }: TopicRequest,
  signal: AbortSignal,
): Promise<LogsAnswer> {
  const redact = await logRedactorOf('kingfisher', deps, signal);
  const logs = logsOf(deps);
  if (logs.file === null && logs.journal === null) throw notConfigured('kingfisher.logFile');
  const until = performance.now() + waitMs;
  let at = positionOf(position);
  for (let looks = 0; ; looks++) {
    const isLast = position === undefined || performance.now() >= until;
    const isJournalDue = isLast || looks % JOURNAL_EVERY === 0;
    const [file, journal] = await Promise.all([
      logs.file === null ? null : readFile(logs.file, at?.file ?? null, lines, redact),
      logs.journal === null || !isJournalDue
        ? null
        : readJournal(deps, logs.journal, at?.journal ?? null, lines, redact, signal),
    ]);
    at = { file: file?.position ?? at?.file ?? null, journal: journal?.position ?? at?.journal ?? null };
    const reads = [file, journal].flatMap((one) => (one === null ? [] : narrowed(one.read, match)));
    const more = file?.more === true || journal?.more === true;
    // What cannot be read is no news: it is told with what can be, or at the end.
    const isNews = reads.some((read) => read.lines.length + read.notes.length > 0);
    if (isLast || isNews) return { reads, position: at, more };
    if (!more) await sleep(LOOK_EVERY_MS, signal);
  }
}

/** Where KingFisher's log and its unit's journal are; null where the host has none. */
function logsOf({ settings: { kingfisher } }: HostDeps): { file: string | null; journal: string | null } {
  const { logFile, manager } = kingfisher;
  return {
    file: path.isAbsolute(logFile) ? logFile : null,
    journal: manager.type === 'systemd' ? manager.unit : null,
  };
}

async function readFile(
  place: string,
  position: FilePosition | null,
  lines: number,
  redact: Redact,
): Promise<Reading<FilePosition | null>> {
  try {
    const { notes, more, ...found } =
      position === null ? await readFileEnd(place, lines) : await readFileOn(place, position);
    const masked = maskOnwards(found.lines, position?.keyLines ?? 0, redact, LINE_CHARACTERS);
    return {
      read: { source: 'file', path: place, lines: masked.lines, notes, problem: '' },
      position: { ...found.position, keyLines: masked.keyLines },
      more,
    };
  } catch (err) {
    const problem = redact(errorText(err), PROBLEM_CHARACTERS);
    return { read: { source: 'file', path: place, lines: [], notes: [], problem }, position, more: false };
  }
}

async function readJournal(
  { run }: HostDeps,
  unit: string,
  position: JournalPosition | null,
  lines: number,
  redact: Redact,
  signal: AbortSignal,
): Promise<Reading<JournalPosition | null>> {
  const read: LogRead = { source: 'journal', path: `journal of ${unit}`, lines: [], notes: [], problem: '' };
  const unread = (problem: string) => ({ read: { ...read, problem }, position, more: false });
  try {
    const found =
      position === null
        ? await readJournalEnd(unit, lines, run, signal)
        : await readJournalOn(unit, position.after, run, signal);
    if (found === undefined) return unread(NO_JOURNAL);
    const masked = maskOnwards(found.lines, position?.keyLines ?? 0, redact, LINE_CHARACTERS);
    const after = { after: found.after, keyLines: masked.keyLines };
    return { read: { ...read, lines: masked.lines }, position: after, more: found.more };
  } catch (err) {
    signal.throwIfAborted();
    return unread(redact(errorText(err), PROBLEM_CHARACTERS));
  }
}

/** In what may be shown: else one could guess at the rest. */
function narrowed(read: LogRead, match: string): LogRead {
  return match === '' ? read : { ...read, lines: read.lines.filter((line) => line.includes(match)) };
}

/** It comes back from whoever reads. What is no position is none. */
function positionOf(written: LogPosition | undefined): LogPosition | undefined {
  if (written === undefined) return undefined;
  const { file, journal } = written;
  const isFile =
    typeof file === 'object' && file !== null && [file.inode, file.offset, file.keyLines].every(Number.isSafeInteger);
  const isJournal =
    typeof journal === 'object' &&
    journal !== null &&
    typeof journal.after === 'string' &&
    Number.isSafeInteger(journal.keyLines);
  return {
    file: isFile && file.offset >= 0 ? file : null,
    journal: isJournal ? journal : null,
  };
}
