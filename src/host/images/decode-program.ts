import { constants, closeSync, fstatSync, openSync, readFileSync, writeSync } from 'node:fs';
import { decode } from 'jpeg-js';
import { PNG } from 'pngjs';
import { isWholeJpeg, jpegFrame, kindOf } from './image-bytes';

/**
 * A program of its own, which KingFisher's user runs within limits, and never root: it decodes images, and what it reads may be
 * made to break a decoder. Paths come by its standard input, each ended by a NUL; for each it writes a line before it begins
 * and a line with what came of it.
 */

const LARGEST_BYTES = 64 * 1024 * 1024;
const MEGAPIXELS = 50;
const MEMORY_MB = 512;

type Verdict = { verdict: 'good' | 'corrupt' | 'unknown'; why: string };

const paths = readFileSync(0, 'utf8')
  .split('\0')
  .filter((path) => path !== '');
for (const [index, path] of paths.entries()) {
  tell({ begins: index });
  tell({ index, ...look(path) });
}

function tell(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

function look(path: string): Verdict & { inode?: number; mtimeMs?: number; size?: number } {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (err) {
    return { verdict: 'unknown', why: `cannot be opened: ${(err as NodeJS.ErrnoException).code ?? ''}` };
  }
  try {
    const stat = fstatSync(file);
    const what = { inode: stat.ino, mtimeMs: stat.mtimeMs, size: stat.size };
    if (!stat.isFile() || stat.size > LARGEST_BYTES)
      return { ...what, verdict: 'unknown', why: 'no file of at most 64 MiB' };
    return { ...what, ...judge(readFileSync(file)) };
  } catch (err) {
    return { verdict: 'unknown', why: reason(err) };
  } finally {
    closeSync(file);
  }
}

/** By its content, whatever its name is. What this program cannot decode for its own limits is not corrupt. */
function judge(bytes: Buffer): Verdict {
  switch (kindOf(bytes)) {
    case 'empty':
      return { verdict: 'corrupt', why: 'empty' };
    case 'jpeg':
      return judgeJpeg(bytes);
    case 'png':
      return judgePng(bytes);
    case 'other':
      return { verdict: 'unknown', why: 'an image that is neither JPEG nor PNG' };
    case 'none':
      return { verdict: 'corrupt', why: 'no image' };
  }
}

function judgeJpeg(bytes: Buffer): Verdict {
  const frame = jpegFrame(bytes);
  if (frame !== undefined && !frame.isUsual) return { verdict: 'unknown', why: 'a JPEG of an unusual kind' };
  const limits = { maxResolutionInMP: MEGAPIXELS, maxMemoryUsageInMB: MEMORY_MB };
  const decoded = attempt(() =>
    decode(bytes, { ...limits, tolerantDecoding: false, useTArray: true, formatAsRGBA: false }),
  );
  if (decoded.verdict !== 'good' || isWholeJpeg(bytes)) return decoded;
  return { verdict: 'corrupt', why: 'premature end of JPEG data' };
}

function judgePng(bytes: Buffer): Verdict {
  if (bytes.length < 33) return { verdict: 'corrupt', why: 'premature end of PNG data' };
  const pixels = bytes.readUInt32BE(16) * bytes.readUInt32BE(20);
  if (pixels > MEGAPIXELS * 1_000_000) return { verdict: 'unknown', why: `more than ${MEGAPIXELS} megapixels` };
  return attempt(() => PNG.sync.read(bytes));
}

function attempt(work: () => unknown): Verdict {
  try {
    work();
    return { verdict: 'good', why: '' };
  } catch (err) {
    const why = reason(err);
    const isLimit = err instanceof RangeError || /limit exceeded|not supported|unsupported|out of memory/i.test(why);
    return { verdict: isLimit ? 'unknown' : 'corrupt', why };
  }
}

function reason(err: unknown): string {
  return (err instanceof Error ? err.message : String(err)).slice(0, 200);
}
