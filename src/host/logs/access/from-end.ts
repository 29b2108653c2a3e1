import type { FileHandle } from 'node:fs/promises';

/** Two of them are in memory: one is read while the other is worked on. */
const BLOCK_BYTES = 1024 * 1024;
/** Of a line that has no end in sight, its begin is kept: it says who and when. */
const LINE_BYTES = 16 * 1024;
const LINE_END = 10;

/** Whole lines, each with its end, in `bytes[from..to)`; the newest block first, and within a block the oldest line. */
export type TakeLines = (bytes: Buffer, from: number, to: number) => 'goOn' | 'enough';

/**
 * Reads the lines of a file from its end, block by block, until somebody has enough. What is written meanwhile is not read,
 * nor is a last line without an end. Costs the same memory however large the file is, and however long its lines.
 *
 * @returns `false` where the file became shorter meanwhile: nobody knows what was read then
 */
export async function readFromEnd(
  file: FileHandle,
  size: number,
  take: TakeLines,
  signal: AbortSignal,
): Promise<boolean> {
  let [current, next] = [newRoom(), newRoom()];
  let at = size;
  let reading = readBlock(file, current, at);
  // Of a line whose begin is in the block before: it stands behind that block.
  let carried = 0;
  let isFirst = true;
  while (at > 0) {
    const length = await reading;
    if (length === undefined) return false;
    signal.throwIfAborted();
    at -= length;
    if (at > 0) reading = readBlock(file, next, at);
    const begin = BLOCK_BYTES - length;
    const end: number = isFirst ? current.lastIndexOf(LINE_END, BLOCK_BYTES - 1) + 1 : BLOCK_BYTES + carried;
    const isEnded: boolean = !isFirst || end > begin;
    isFirst &&= !isEnded;
    if (isEnded) {
      const from = at === 0 ? begin : current.subarray(0, end).indexOf(LINE_END, begin) + 1;
      // Where the only end is that of the line itself, its begin is still to come.
      if (from < end && take(current, from, end) === 'enough') {
        await reading;
        return true;
      }
      carried = carry(current, begin, Math.max(from, begin), next);
    }
    [current, next] = [next, current];
  }
  return true;
}

function newRoom(): Buffer {
  return Buffer.allocUnsafeSlow(BLOCK_BYTES + LINE_BYTES);
}

/** The block before `at`, put so that it ends where the carried line begins. `undefined` where the file has become shorter. */
async function readBlock(file: FileHandle, room: Buffer, at: number): Promise<number | undefined> {
  const length = Math.min(BLOCK_BYTES, at);
  const { bytesRead } = await file.read(room, BLOCK_BYTES - length, length, at - length);
  return bytesRead === length ? length : undefined;
}

/** The end of a line, cut so that it still ends. */
function carry(from: Buffer, begin: number, end: number, to: Buffer): number {
  const length = Math.min(end - begin, LINE_BYTES);
  if (length === 0) return 0;
  from.copy(to, BLOCK_BYTES, begin, begin + length);
  to[BLOCK_BYTES + length - 1] = LINE_END;
  return length;
}
