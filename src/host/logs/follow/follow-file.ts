import type { FileHandle } from 'node:fs/promises';
import type { FilePosition } from '../../../shared/topics/logs';
import { openLog, readLogEnd } from '../log-tail';

/** So much of a file is read at once: with what masks it, a moment's work. */
const READ_BYTES = 48 * 1024;
/** A reader who is further behind does not want it any more. */
const BEHIND_BYTES = 1024 * 1024;

/** What a log file says, for the agent itself: not to leave the host before it is masked. */
export interface FileLines {
  lines: string[];
  position: Omit<FilePosition, 'keyLines'>;
  notes: string[];
  /** There is more already. */
  more: boolean;
}

/** Where the last lines of a log are to be read from, and where it goes on after them. */
export async function readFileEnd(place: string, lines: number): Promise<FileLines> {
  const { evidence, inode, sizeBytes, unfinishedBytes, lines: found } = await readLogEnd(place, lines);
  const notes = evidence === 'present' ? [] : [evidence === 'absent' ? 'there is no such file' : NO_FILE];
  // A line without its end is shown, and again once it is whole: the rest of it alone could be the rest of a secret.
  return { lines: newest(found), position: { inode, offset: sizeBytes - unfinishedBytes }, notes, more: false };
}

/**
 * What was written since: whole lines, at most 48 KiB. A file that was rotated is read to its end where it is `<name>.1`
 * now, and then the new one from its beginning.
 *
 * @throws HostError as `readLogTail` does
 */
export async function readFileOn(place: string, position: FileLines['position']): Promise<FileLines> {
  const file = await openLog(place);
  if (file === undefined || file === 'malformed') return { lines: [], position, notes: [], more: false };
  try {
    const { ino, size } = await file.stat();
    if (ino === position.inode && size >= position.offset) return await readOn(file, position, size);
    const isNew = ino !== position.inode;
    const rest = isNew && position.inode !== 0 ? await readRotated(place, position) : undefined;
    if (rest?.more === true) return rest;
    const from = await readOn(file, { inode: ino, offset: 0 }, size);
    const note = position.inode === 0 ? 'the file is there now' : isNew ? 'rotated' : 'truncated';
    return { ...from, lines: [...(rest?.lines ?? []), ...from.lines], notes: [note, ...from.notes] };
  } finally {
    await file.close();
  }
}

const NO_FILE = 'it is a link or no file; configure its real path';

/** What was still written to the file before it was rotated. */
async function readRotated(place: string, position: FileLines['position']): Promise<FileLines | undefined> {
  const file = await openLog(`${place}.1`).catch(() => undefined);
  if (file === undefined || file === 'malformed') return undefined;
  try {
    const { ino, size } = await file.stat();
    return ino === position.inode ? await readOn(file, position, size) : undefined;
  } finally {
    await file.close();
  }
}

/**
 * Whole lines only, and none from its middle: a part of one could be a part of a secret. Of a line that is longer than what
 * is read, the rest is passed over.
 */
async function readOn(file: FileHandle, { inode, offset }: FileLines['position'], size: number): Promise<FileLines> {
  const isFar = size - offset > BEHIND_BYTES;
  const from = isFar ? size - READ_BYTES : offset;
  const notes = isFar ? [`${from - offset} bytes were passed over: written faster than they were read`] : [];
  // With the byte before it, which tells whether a line begins there.
  const start = Math.max(0, from - 1);
  const read = await readBytes(file, start);
  const begin = from === 0 ? 0 : read.indexOf(10) + 1 || read.length;
  const end = read.lastIndexOf(10) + 1;
  const isFull = read.length === READ_BYTES;
  const isLong = isFull && end <= begin;
  const text = read.toString('utf8', begin, isLong ? read.length : Math.max(begin, end));
  const next = isLong ? await afterLongLine(file, start + read.length, size) : Math.max(from, start + end);
  return {
    lines: text === '' ? [] : text.replace(/\0+/g, '').replace(/\n$/, '').split('\n'),
    position: { inode, offset: next },
    notes,
    more: isFull && next < size,
  };
}

async function readBytes(file: FileHandle, from: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, from);
  return buffer.subarray(0, bytesRead);
}

async function afterLongLine(file: FileHandle, from: number, size: number): Promise<number> {
  for (let at = from; at < size; at += READ_BYTES) {
    const end = (await readBytes(file, at)).indexOf(10);
    if (end !== -1) return at + end + 1;
  }
  return size;
}

function newest(lines: string[]): string[] {
  let bytes = 0;
  const first = lines.findLastIndex((line) => (bytes += line.length + 1) > READ_BYTES);
  return lines.slice(first + 1);
}
