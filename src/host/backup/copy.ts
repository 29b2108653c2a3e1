import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { errorCode } from '../errors';
import type { SafeFolder } from '../files/safe-folder';

const CHUNK = 256 * 1_024;
const NO_REFLINK = ['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EINVAL', 'ENOTTY', 'EPERM'];

export interface Copied {
  size: number;
  sha256: string;
  mtime: Date;
  /** The source was written while it was copied. */
  torn: boolean;
}

export interface Place {
  /** Where it is written, on the same file system as `folder`. */
  unfinished: SafeFolder;
  folder: SafeFolder;
  name: string;
  /** Changes the written file before it gets its name. */
  furnish?: (file: FileHandle) => Promise<void>;
  /** Is false from the moment on at which the file systems turned out not to share blocks. */
  reflink: { possible: boolean };
}

/** Copies an open regular file to a place that gets it whole or not at all, and tells what was written. */
export async function copyTo(source: FileHandle, place: Place): Promise<Copied> {
  const before = await source.stat();
  const name = `.halcyon-${randomUUID()}`;
  try {
    const cloned = place.reflink.possible && (await clone(source, place, name));
    const target = cloned ? undefined : await place.unfinished.create(name);
    const written = target === undefined ? await place.unfinished.open(name) : target;
    if (written === undefined) throw new Error(`${name} is gone while it is written`);
    try {
      const { size, sha256 } = await digest(target === undefined ? written : source, before.size, target);
      await place.furnish?.(written);
      await written.utimes(before.mtime, before.mtime);
      await written.datasync();
      await place.unfinished.move(name, place.folder, place.name);
      const after = await source.stat();
      const torn = after.mtimeMs !== before.mtimeMs || after.size !== before.size || size !== before.size;
      return { size, sha256, mtime: before.mtime, torn };
    } finally {
      await written.close();
    }
  } catch (err) {
    await place.unfinished.remove(name);
    throw err;
  }
}

/** Size and sha256 of the first `bytes` of `source`, or of all where there are less; they are written to `target`. */
export async function digest(
  source: FileHandle,
  bytes: number,
  target?: FileHandle,
): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK, bytes));
  let size = 0;
  while (size < bytes) {
    const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, bytes - size), size);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    if (target !== undefined) await writeAll(target, chunk);
    size += bytesRead;
  }
  return { size, sha256: hash.digest('hex') };
}

async function writeAll(target: FileHandle, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length;) at += (await target.write(chunk, at)).bytesWritten;
}

/** Shares the blocks instead of copying them. False where the file system cannot. */
async function clone(source: FileHandle, place: Place, name: string): Promise<boolean> {
  const mode = constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL;
  try {
    // The open file itself, whatever has its name by now.
    await copyFile(`/proc/self/fd/${source.fd}`, place.unfinished.path(name), mode);
    return true;
  } catch (err) {
    if (!NO_REFLINK.includes(errorCode(err))) throw err;
    place.reflink.possible = false;
    await place.unfinished.remove(name);
    return false;
  }
}
