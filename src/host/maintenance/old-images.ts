import type { Stats } from 'node:fs';
import path from 'node:path';
import { dayIn } from '../../shared/observations/images/image-layout';
import type { FileCount } from '../../shared/observations/files';
import { errorCode, errorText } from '../errors';
import type { ChangeContext } from '../fence/change-context';
import { openFromRoot } from '../files/from-root';
import type { Writers } from '../files/from-root';
import type { SafeFolder } from '../files/safe-folder';
import { join, walk } from '../files/walk';
import { IMAGE } from '../images/recent-images';

const NOTES_AT_MOST = 10;
const DAY_MS = 86_400_000;

export interface ImageRetention extends ChangeContext {
  imagesDir: string;
  /** How images are filed by day, or `flat`. */
  layout: string;
  /** Last written before this moment, epoch milliseconds; and not filed under its day, or a later one. */
  writtenBefore: number;
  /** Who may write to the folders on the way to these. */
  writers: Writers;
  /** Folders that are never entered: temporary ones, the quarantine, backups. */
  leftOut: readonly string[];
}

export interface ImageCount extends FileCount {
  /** At most 10. */
  notes: string[];
}

/**
 * Counts the images that are old: regular files with the name of an image. A missing folder is a note.
 *
 * @throws HostError `UnsafeSelector` for a folder that cannot be reached safely
 */
export async function countOldImages(what: ImageRetention): Promise<ImageCount> {
  return await visit(what, async () => true);
}

/**
 * Removes them, at most `limit`. No link is followed and no mount entered; what cannot be removed stays and is noted.
 *
 * @throws HostError `UnsafeSelector` for a folder that cannot be reached safely
 */
export async function removeOldImages(what: ImageRetention, limit: number): Promise<ImageCount> {
  let left = limit;
  return await visit(what, async (folder, name, note) => {
    // It may have been written since it was listed.
    const stat = await folder.stat(name);
    if (left <= 0 || stat === undefined || !isOld(stat, what)) return false;
    left--;
    what.mayStillChange?.();
    try {
      await folder.remove(name);
      return true;
    } catch (err) {
      note(`was left: ${errorCode(err) || errorText(err)}`);
      left++;
      return false;
    }
  });
}

/** Gives each old image to `take`, and counts those that it took. */
async function visit(
  what: ImageRetention,
  take: (folder: SafeFolder, name: string, note: (text: string) => void) => Promise<boolean>,
): Promise<ImageCount> {
  const count: ImageCount = { files: 0, bytes: 0, notes: [] };
  const note = (below: string, text: string) => {
    if (count.notes.length < NOTES_AT_MOST) count.notes.push(`${path.join(what.imagesDir, below)} ${text}`);
  };
  const folder = await openFromRoot(what.imagesDir, { writers: what.writers });
  if (folder === undefined) {
    note('', 'does not exist');
    return count;
  }
  try {
    await walk(folder, {
      entries: async (inner, entries, below) => {
        if (!isDayOld(below, what)) return;
        for (const { name, stat } of entries) {
          what.signal?.throwIfAborted();
          if (!IMAGE.test(name) || !isOld(stat, what)) continue;
          if (!(await take(inner, name, (text) => note(join(below, name), text)))) continue;
          count.files++;
          count.bytes += stat.size;
        }
      },
      enters: ({ below, isMounted }) => {
        if (isMounted) note(below, 'is mounted there, left');
        return !isMounted && !what.leftOut.includes(path.join(what.imagesDir, below)) && isDayOld(below, what);
      },
      tooDeep: (below, deepest) => note(below, `is nested deeper than ${deepest} folders, left`),
      signal: what.signal,
    });
  } finally {
    await folder.close();
  }
  return count;
}

/** A second name elsewhere may be wanted there. */
function isOld(stat: Stats, { writtenBefore }: ImageRetention): boolean {
  return stat.isFile() && stat.nlink === 1 && stat.mtimeMs < writtenBefore;
}

/** Whatever the files in it say of their age: a day's folder goes when the whole day is old. */
function isDayOld(below: string, { layout, writtenBefore }: ImageRetention): boolean {
  const day = dayIn(layout, below);
  return day === undefined || Date.parse(day) + DAY_MS <= writtenBefore;
}
