import type { Stats } from 'node:fs';
import { stat as statOf } from 'node:fs/promises';
import path from 'node:path';
import type { FileCount } from '../../shared/observations/files';
import { HostError, errorCode, errorText } from '../errors';
import type { ChangeContext } from '../fence/change-context';
import { descend, openFolder } from './safe-folder';
import type { SafeFolder } from './safe-folder';
import { stepsBelow } from './selectors';

/** Deeper than people nest temporary files; each level holds a descriptor. */
const DEEPEST = 64;
const NOTES_AT_MOST = 10;

export interface TemporaryFiles extends ChangeContext {
  dataDir: string;
  /** Folders below `dataDir`; everything old in them is temporary. */
  tempDirs: string[];
  /** Elsewhere: names that begin with the prefix and belong to `uid`. */
  elsewhere: { folder: string; prefix: string }[];
  /** Owner of what is removed elsewhere; `undefined` for nobody, and nothing. */
  uid: number | undefined;
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

interface Walk extends TemporaryFiles {
  found: Cleared;
  kept: Set<string>;
  /** How many may still be removed; 0 to count only. */
  left: number;
}

/** Whose entries are removed: everybody's, or those of one user. */
type Owner = number | undefined;

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
  const walk: Walk = { ...what, found: { files: 0, bytes: 0, notes: [] }, kept: await identities(what.keep), left };
  for (const { place, steps } of tempDirs) {
    const data = await openFolder(what.dataDir);
    const folder = data === undefined ? undefined : await descend(data, steps, place);
    await clearRoot(walk, folder, place, () => true);
  }
  if (what.uid === undefined) return walk.found;
  for (const { folder: place, prefix } of what.elsewhere) {
    await clearRoot(walk, await openFolder(place), place, (name) => name.startsWith(prefix), what.uid);
  }
  return walk.found;
}

function refuseWide({ folder, prefix }: { folder: string; prefix: string }): void {
  const isPlain = path.isAbsolute(folder) && path.resolve(folder) === folder && folder !== '/';
  if (isPlain && prefix !== '' && !prefix.startsWith('.') && !prefix.includes('/')) return;
  const remedy = 'nothing was removed, correct kingfisher.tempElsewhere in the configuration';
  throw new HostError('UnsafeSelector', `"${folder}" with names like "${prefix}" is too wide; ${remedy}`);
}

/** Clears the chosen entries of a folder that stays itself; closes it. */
async function clearRoot(
  walk: Walk,
  folder: SafeFolder | undefined,
  place: string,
  isChosen: (name: string) => boolean,
  owner?: Owner,
): Promise<void> {
  if (folder === undefined) return note(walk, place, 'does not exist');
  try {
    if (walk.kept.has(identity(folder.device, folder.inode))) return;
    for (const name of await folder.names()) if (isChosen(name)) await clear(walk, folder, name, place, owner, 1);
  } finally {
    await folder.close();
  }
}

/** One entry, and what is in it. */
async function clear(
  walk: Walk,
  folder: SafeFolder,
  name: string,
  place: string,
  owner: Owner,
  depth: number,
): Promise<void> {
  walk.signal?.throwIfAborted();
  const stat = await folder.stat(name);
  if (stat === undefined) return;
  if (owner !== undefined && stat.uid !== owner)
    return note(walk, path.join(place, name), "is not the service's, left");
  if (stat.isDirectory()) return await clearFolder(walk, folder, { name, stat }, place, owner, depth);
  if (stat.mtimeMs >= walk.writtenBefore || (walk.onlyFiles === true && !stat.isFile())) return;
  walk.found.files++;
  walk.found.bytes += stat.isFile() ? stat.size : 0;
  // Young files grow old while we walk: what was not counted is left for the next time.
  if (walk.left <= 0) return;
  walk.mayStillChange?.();
  if (await attempt(walk, path.join(place, name), async () => await folder.remove(name))) walk.left--;
}

/** Its age is what it was before anything in it was removed. */
async function clearFolder(
  walk: Walk,
  parent: SafeFolder,
  { name, stat }: { name: string; stat: Stats },
  above: string,
  owner: Owner,
  depth: number,
): Promise<void> {
  const place = path.join(above, name);
  if (depth > DEEPEST) return note(walk, place, `is nested deeper than ${DEEPEST} folders, left`);
  const folder = await parent.enter(name);
  if (folder === undefined) return;
  try {
    if (folder.mount !== parent.mount) return note(walk, place, 'is mounted there, left');
    if (walk.kept.has(identity(folder.device, folder.inode))) return note(walk, place, 'is kept');
    if (owner !== undefined && (await folder.handle.stat()).uid !== owner) return;
    for (const entry of await folder.names()) await clear(walk, folder, entry, place, owner, depth + 1);
  } finally {
    await folder.close();
  }
  if (walk.left <= 0 || walk.onlyFiles === true || stat.mtimeMs >= walk.writtenBefore) return;
  walk.mayStillChange?.();
  await attempt(walk, place, async () => await parent.removeFolder(name));
}

/** Whether it went well. */
async function attempt(walk: Walk, place: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (err) {
    note(walk, place, `was left: ${errorCode(err) || errorText(err)}`);
    return false;
  }
}

async function identities(places: string[]): Promise<Set<string>> {
  const stats = await Promise.all(places.map(async (place) => await statOf(place).catch(() => undefined)));
  return new Set(stats.flatMap((stat) => (stat === undefined ? [] : [identity(stat.dev, stat.ino)])));
}

function identity(device: number, inode: number): string {
  return `${device}:${inode}`;
}

function note({ found }: Walk, place: string, text: string): void {
  if (found.notes.length < NOTES_AT_MOST) found.notes.push(`${place} ${text}`);
}
