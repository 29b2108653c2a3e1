import type { FileCount } from '../../shared/observations/files';
import { errorText } from '../errors';
import type { ChangeContext } from '../fence/change-context';
import { descend, openFolder } from './safe-folder';
import type { SafeFolder } from './safe-folder';
import { stepsBelow, unsafe } from './selectors';

/** Deeper than people nest temporary files; each level holds a descriptor. */
const DEEPEST = 32;
const NOTES_AT_MOST = 10;

export interface TempFiles extends ChangeContext {
  dataDir: string;
  tempDirs: string[];
  /** Regular files last written before this moment, epoch milliseconds. */
  writtenBefore: number;
}

export interface Found extends FileCount {
  notes: string[];
}

type Visit = (folder: SafeFolder, name: string, bytes: number) => Promise<void>;

/**
 * Counts the old temporary files. A missing folder is a note.
 *
 * @throws HostError `UnsafeSelector` when a folder is not one that may be emptied.
 */
export async function countTempFiles(what: TempFiles): Promise<Found> {
  return await walkAll(what, async () => {});
}

/**
 * Removes the old temporary files, at most `limit`. What cannot be removed stays and is noted.
 *
 * @throws HostError `UnsafeSelector` when a folder is not one that may be emptied.
 */
export async function removeTempFiles(what: TempFiles, limit: number): Promise<Found> {
  const notes: string[] = [];
  let removed = 0;
  const found = await walkAll(what, async (folder, name) => {
    // Young files grow old while we walk: what was not counted is left for the next time.
    if (removed >= limit) return;
    what.mayStillChange?.();
    try {
      await folder.remove(name);
      removed++;
    } catch (err) {
      notes.push(`${name} was left: ${errorText(err)}`);
    }
  });
  return { ...found, notes: [...found.notes, ...notes].slice(0, NOTES_AT_MOST) };
}

async function walkAll(what: TempFiles, visit: Visit): Promise<Found> {
  const found: Found = { files: 0, bytes: 0, notes: [] };
  const count: Visit = async (folder, name, bytes) => {
    found.files++;
    found.bytes += bytes;
    await visit(folder, name, bytes);
  };
  // All are checked before the first is touched.
  const folders = what.tempDirs.map((path) => ({ path, steps: stepsBelow(what.dataDir, path) }));
  for (const { path, steps } of folders) {
    const data = await openFolder(what.dataDir);
    const root = data === undefined ? undefined : await descend(data, steps, path);
    if (root === undefined) found.notes.push(`${path} does not exist`);
    else await walk(root, what, count, 1);
  }
  return found;
}

/** Closes `folder`. Leaves links, pipes, young files and other file systems alone. */
async function walk(folder: SafeFolder, what: TempFiles, visit: Visit, depth: number): Promise<void> {
  try {
    if (depth > DEEPEST) throw unsafe(`temporary files are nested deeper than ${DEEPEST} folders`);
    for (const name of await folder.names()) {
      what.signal?.throwIfAborted();
      const stat = await folder.stat(name);
      if (stat === undefined || stat.dev !== folder.device) continue;
      if (stat.isFile() && stat.mtimeMs < what.writtenBefore) await visit(folder, name, stat.size);
      if (!stat.isDirectory()) continue;
      const inner = await folder.enter(name);
      if (inner === undefined) continue;
      if (inner.device === folder.device) await walk(inner, what, visit, depth + 1);
      else await inner.close();
    }
  } finally {
    await folder.close();
  }
}
