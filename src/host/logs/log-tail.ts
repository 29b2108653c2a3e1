import path from 'node:path';
import type { FileHandle } from 'node:fs/promises';
import type { LogTail } from '../../shared/observations/files';
import { HostError, errorText } from '../errors';
import { openFolderOf } from '../files/from-root';
import type { Redact } from '../redact';

const CHUNK_BYTES = 64 * 1024;
/** However long its lines are, no more than this is read. */
const READ_AT_MOST_BYTES = 1024 * 1024;
const LINE_CHARACTERS = 300;
const ALL_CHARACTERS = 8 * 1024;
const MASKED_LINE_CHARACTERS = 4_000;
const MASKED_CHARACTERS = 60_000;
const STALE_AFTER_MS = 3_600_000;
/** Start times are only exact to about a second where the kernel's boot time is part of them. */
const START_TOLERANCE_MS = 2_000;

/**
 * The last lines of a log file, read from its end. A file that is missing is `absent`; a link, folder or pipe in its
 * place is `malformed`.
 *
 * @throws HostError `ObservationFailed` when the file is there and cannot be read, `UnsafeSelector` where the way to it
 *   goes through a link that root did not make.
 */
export async function readLogTail(place: string, lines: number, redact: Redact): Promise<LogTail> {
  const { isWhole: _whole, inode: _inode, unfinishedBytes: _bytes, ...end } = await readLogEnd(place, lines);
  return { ...end, lines: maskLines(end.lines, redact) };
}

/** The end of a log, for the agent itself: its lines are as they were written, and are not to leave the host. */
export interface LogEnd extends LogTail {
  /** There is nothing before them. */
  isWhole: boolean;
  /** Which file it is; 0 where there is none. */
  inode: number;
  /** Of the last line, where its end is not written yet. */
  unfinishedBytes: number;
}

/** The same as `readLogTail`, up to 1 MiB, neither masked nor cut. */
export async function readLogEnd(place: string, lines: number): Promise<LogEnd> {
  const nothing: LogEnd = {
    path: place,
    evidence: 'absent',
    lines: [],
    modifiedAt: null,
    sizeBytes: 0,
    isWhole: true,
    inode: 0,
    unfinishedBytes: 0,
  };
  const file = await openLog(place);
  if (file === undefined || file === 'malformed') return { ...nothing, evidence: file ?? 'absent' };
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return { ...nothing, evidence: 'malformed' };
    const end = await readEnd(file, stat.size, lines);
    return {
      path: place,
      evidence: 'present',
      ...end,
      modifiedAt: stat.mtime.toISOString(),
      sizeBytes: stat.size,
      inode: stat.ino,
    };
  } finally {
    await file.close();
  }
}

/**
 * The last whole lines of a log file as they are, from its last MiB at the most: not to leave the host before they are
 * masked. `undefined` where there is no file.
 *
 * @throws HostError as `readLogTail`
 */
export async function readLastLines(place: string, lines: number): Promise<string[] | undefined> {
  const end = await readLogEnd(place, lines);
  return end.evidence === 'present' ? end.lines : undefined;
}

/** `malformed` for a link, a folder or a pipe in its place; `undefined` where nothing is there. */
export async function openLog(file: string): Promise<FileHandle | 'malformed' | undefined> {
  const folder = await openFolderOf(file);
  if (folder === undefined) return undefined;
  const name = path.basename(file);
  try {
    return (await folder.open(name)) ?? ((await folder.stat(name)) === undefined ? undefined : 'malformed');
  } catch (err) {
    throw new HostError('ObservationFailed', `cannot read ${file}: ${errorText(err)}; let the agent's user read it`);
  } finally {
    await folder.close();
  }
}

/** Lines of a log as they may leave the host: secrets masked, each cut to 300 characters, the newest 8 KiB of them. */
export function maskLines(lines: string[], redact: Redact): string[] {
  return lines.length === 0 ? [] : newest(mask(lines, redact));
}

/**
 * Whether a log says nothing of the present, although its service is active since `startedAt`: not written since then,
 * or for over an hour.
 */
export function isStale(modifiedAt: string, startedAt: string | null, now: Date): boolean {
  const modified = Date.parse(modifiedAt);
  if (now.getTime() - modified > STALE_AFTER_MS) return true;
  return startedAt !== null && modified < Date.parse(startedAt) - START_TOLERANCE_MS;
}

/** The last `lines` whole lines, or those within the limit. */
async function readEnd(
  file: FileHandle,
  size: number,
  lines: number,
): Promise<Pick<LogEnd, 'lines' | 'isWhole' | 'unfinishedBytes'>> {
  let end = Buffer.alloc(0);
  let from = size;
  while (from > 0 && end.length < READ_AT_MOST_BYTES && countLines(end) <= lines) {
    const length = Math.min(CHUNK_BYTES, from);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from - length);
    // Truncated while we read: what was read of it before is what we have.
    if (bytesRead < length) break;
    end = Buffer.concat([buffer, end]);
    from -= length;
  }
  const unfinishedBytes = end.length - 1 - end.lastIndexOf(10);
  // A log that was truncated under its writer begins with zeros.
  const read = end.toString('utf8').replace(/\0+/g, '').replace(/\n$/, '').split('\n');
  if (from > 0 && read.length > 1) read.shift();
  if (lines <= 0 || (read.length === 1 && read[0] === '')) {
    return { lines: [], isWhole: size === 0, unfinishedBytes };
  }
  return { lines: read.slice(-lines), isWhole: from === 0 && read.length <= lines, unfinishedBytes };
}

function countLines(text: Buffer): number {
  let count = 0;
  for (let at = text.indexOf(10); at !== -1; at = text.indexOf(10, at + 1)) count++;
  return count;
}

/**
 * Masks all lines as one text, because a secret may span several, and cuts what is shown of a line only then: half a
 * secret does not look like one any more.
 */
function mask(lines: string[], redact: Redact): string[] {
  return redact(newest(lines, MASKED_LINE_CHARACTERS, MASKED_CHARACTERS).join('\n')).split('\n');
}

/** Each line cut, and of the whole the newest that fit. */
function newest(lines: string[], lineCharacters = LINE_CHARACTERS, allCharacters = ALL_CHARACTERS): string[] {
  const kept: string[] = [];
  let characters = 0;
  for (const line of lines.toReversed()) {
    const shown = line.length <= lineCharacters ? line : `${line.slice(0, lineCharacters - 1)}…`;
    characters += shown.length + 1;
    if (characters > allCharacters) break;
    kept.push(shown);
  }
  return kept.reverse();
}
