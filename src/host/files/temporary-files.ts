import { stat as statOf } from 'node:fs/promises';
import path from 'node:path';
import type { FileCount } from '../../shared/observations/files';
import { HostError, errorCode, errorText } from '../errors';
import type { ChangeContext } from '../fence/change-context';
import { openFromRoot } from './from-root';
import type { Writers } from './from-root';
import { descend } from './safe-folder';
import type { SafeFolder } from './safe-folder';
import { stepsBelow } from './selectors';
import { join, walk } from './walk';
import type { Entry, Inner } from './walk';

const NOTES_AT_MOST = 10;
const NOT_ITS_OWN = "is not the service's, left";

export interface TemporaryFiles extends ChangeContext {
  dataDir: string;
  /** Folders below `dataDir`; everything old in them is temporary. */
  tempDirs: string[];
  /** Elsewhere: names that begin with the prefix and belong to `uid`. */
  elsewhere: { folder: string; prefix: string }[];
  /** Owner of what is removed elsewhere; `undefined` for nobody, and nothing. */
  uid: number | undefined;
  /** Who may write to the folders on the way to these. */
  writers: Writers;
  /** What was last written before this moment, epoch milliseconds. */
  writtenBefore: number;
  /** Links, pipes and empty folders stay, too. */
  onlyFiles?: boolean;
  /** Folders that are never entered, whatever path leads to them. */
  keep: string[];
}

export interface Cleared extends FileCount {
  /** At most 10. */
  notes: string[];
}

interface Work extends TemporaryFiles {
  found: Cleared;
  kept: Set<string>;
  /** How many may still be removed; 0 to count only. */
  left: number;
}

/** What is cleared of one folder, which stays itself. */
interface Root {
  place: string;
  /** Which of its own entries; of what is below them all. */
  isChosen(name: string): boolean;
  /** Whose entries are removed; everybody's where absent. */
  owner?: number;
}

/**
 * Counts old temporary files: all but folders. A missing folder is a note.
 *
 * @throws HostError `UnsafeSelector` when a folder is not one that may be cleared.
 */
export async function countTemporaryFiles(what: TemporaryFiles): Promise<Cleared> {
  return await walkAll(what, 0);
}

/**
 * Removes old temporary files, at most `limit`, and the old folders that are empty then. What cannot be removed stays and
 * is noted. A link is removed and never followed, a mount never entered.
 *
 * @throws HostError `UnsafeSelector` when a folder is not one that may be cleared.
 */
export async function clearTemporaryFiles(what: TemporaryFiles, limit: number): Promise<Cleared> {
  return await walkAll(what, limit);
}

async function walkAll(what: TemporaryFiles, left: number): Promise<Cleared> {
  // All are checked before the first is touched.
  const tempDirs = what.tempDirs.map((place) => ({ place, steps: stepsBelow(what.dataDir, place) }));
  what.elsewhere.forEach(refuseWide);
  const work: Work = { ...what, found: { files: 0, bytes: 0, notes: [] }, kept: await identities(what.keep), left };
  for (const { place, steps } of tempDirs) {
    const data = await openFromRoot(what.dataDir, what);
    const folder = data === undefined ? undefined : await descend(data, steps, place);
    await clearRoot(work, folder, { place, isChosen: () => true });
  }
  if (what.uid === undefined) return work.found;
  for (const { folder: place, prefix } of what.elsewhere) {
    const isChosen = (name: string) => name.startsWith(prefix);
    await clearRoot(work, await openFromRoot(place, what), { place, isChosen, owner: what.uid });
  }
  return work.found;
}

function refuseWide({ folder, prefix }: { folder: string; prefix: string }): void {
  const isPlain = path.isAbsolute(folder) && path.resolve(folder) === folder && folder !== '/';
  if (isPlain && prefix !== '' && !prefix.startsWith('.') && !prefix.includes('/')) return;
  const remedy = 'nothing was removed, correct kingfisher.tempElsewhere in the configuration';
  throw new HostError('UnsafeSelector', `"${folder}" with names like "${prefix}" is too wide; ${remedy}`);
}

/** Clears what is chosen of a folder, and closes it. */
async function clearRoot(work: Work, folder: SafeFolder | undefined, root: Root): Promise<void> {
  if (folder === undefined) return note(work, root.place, 'does not exist');
  try {
    if (work.kept.has(identity(folder))) return;
    await walk(folder, {
      entries: async (inner, entries, below) => {
        const chosen = below === '' ? entries.filter(({ name }) => root.isChosen(name)) : entries;
        for (const entry of chosen) await clear(work, inner, entry, root, join(below, entry.name));
      },
      enters: async (inner) => await enters(work, inner, root),
      left: async (parent, entry, below) => await clearFolder(work, parent, entry, path.join(root.place, below)),
      tooDeep: (below, deepest) =>
        note(work, path.join(root.place, below), `is nested deeper than ${deepest} folders, left`),
      signal: work.signal,
    });
  } finally {
    await folder.close();
  }
}

async function enters(work: Work, { folder, below, isMounted }: Inner, root: Root): Promise<boolean> {
  if (!below.includes('/') && !root.isChosen(below)) return false;
  const why = await whyKept(work, folder, isMounted, root);
  if (why !== undefined) note(work, path.join(root.place, below), why);
  return why === undefined;
}

async function whyKept(work: Work, folder: SafeFolder, isMounted: boolean, root: Root): Promise<string | undefined> {
  if (isMounted) return 'is mounted there, left';
  if (work.kept.has(identity(folder))) return 'is kept';
  return root.owner === undefined || (await folder.handle.stat()).uid === root.owner ? undefined : NOT_ITS_OWN;
}

async function clear(work: Work, folder: SafeFolder, entry: Entry, root: Root, below: string): Promise<void> {
  work.signal?.throwIfAborted();
  const place = path.join(root.place, below);
  if (root.owner !== undefined && entry.stat.uid !== root.owner) return note(work, place, NOT_ITS_OWN);
  // It may have been written since it was listed.
  const stat = work.left > 0 ? await folder.stat(entry.name) : entry.stat;
  if (stat === undefined || stat.mtimeMs >= work.writtenBefore) return;
  if (work.onlyFiles === true && !stat.isFile()) return;
  work.found.files++;
  work.found.bytes += stat.isFile() ? stat.size : 0;
  // Young files grow old while we walk: what was not counted is left for the next time.
  if (work.left <= 0) return;
  work.mayStillChange?.();
  if (await attempt(work, place, async () => await folder.remove(entry.name))) work.left--;
}

/** Its age is what it was before anything in it was removed. */
async function clearFolder(work: Work, parent: SafeFolder, { name, stat }: Entry, place: string): Promise<void> {
  if (work.left <= 0 || work.onlyFiles === true || stat.mtimeMs >= work.writtenBefore) return;
  work.mayStillChange?.();
  await attempt(work, place, async () => await parent.removeFolder(name));
}

/** Whether it went well. */
async function attempt(work: Work, place: string, change: () => Promise<unknown>): Promise<boolean> {
  try {
    await change();
    return true;
  } catch (err) {
    note(work, place, `was left: ${errorCode(err) || errorText(err)}`);
    return false;
  }
}

async function identities(places: string[]): Promise<Set<string>> {
  const stats = await Promise.all(places.map(async (place) => await statOf(place).catch(() => undefined)));
  return new Set(
    stats.flatMap((stat) => (stat === undefined ? [] : [identity({ device: stat.dev, inode: stat.ino })])),
  );
}

function identity({ device, inode }: Pick<SafeFolder, 'device' | 'inode'>): string {
  return `${device}:${inode}`;
}

function note({ found }: Work, place: string, text: string): void {
  if (found.notes.length < NOTES_AT_MOST) found.notes.push(`${place} ${text}`);
}
