import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { forEach } from '../each';
import { HostError, errorCode, errorText } from '../errors';
import type { ChangeContext } from '../fence/change-context';
import { FILE_MODE, FOLDER_MODE, isSparedLink, modeOf, wantedText, whatItIs } from './permissions-wanted';
import type { Names, Owner } from './permissions-wanted';
import { openFromRoot } from './from-root';
import type { Writers } from './from-root';
import { mountOf } from './safe-folder';
import type { SafeFolder } from './safe-folder';
import { join, walk } from './walk';
import type { Entry, Inner } from './walk';

const TEXTS_AT_MOST = 10;

export interface Permissions extends ChangeContext {
  /** The folder whose entries, itself included, are looked at. */
  folder: string;
  owner: Owner;
  /** A folder below that stays whose it is, with all in it: Halcyon's own quarantine. */
  spared?: string;
  /** Who may write to the folders on the way to it. */
  writers: Writers;
  names: Names;
}

export interface PermissionCheck {
  /** Files and folders, the folder itself included. */
  entries: number;
  different: number;
  /** At most 10. */
  examples: string[];
  /** Links, pipes, sockets, devices, hard links of somebody else, and what is mounted below. */
  skipped: number;
  /** What could not be looked at or changed, at most 10. */
  notes: string[];
}

interface Work extends Permissions {
  found: PermissionCheck;
  /** Changes what differs, through the descriptor of it; absent to count only. */
  mend?: (handle: FileHandle, stat: Stats) => Promise<void>;
  left: number;
}

/**
 * Counts what is not folder 0755 or file 0644 of the owner. A missing folder has no entries.
 *
 * @throws HostError `UnsafeSelector` for a folder that cannot be reached safely: see `openFromRoot`.
 */
export async function countPermissions(what: Permissions): Promise<PermissionCheck> {
  return await walkAll({ ...what, found: nothing(), left: 0 });
}

/**
 * Makes at most `limit` entries what they should be. `different` is what was. Nothing is changed by its name: an entry
 * is opened without following a link, looked at again, and changed through its descriptor.
 *
 * @throws HostError `UnsafeSelector` for a folder that cannot be reached safely: see `openFromRoot`.
 */
export async function mendPermissions(what: Permissions, limit: number): Promise<PermissionCheck> {
  const mend = async (handle: FileHandle, stat: Stats) => {
    const { uid, gid } = what.owner;
    // The owner first: a change of owner takes bits off the mode.
    if (stat.uid !== uid || stat.gid !== gid) await handle.chown(uid, gid);
    await handle.chmod(stat.isDirectory() ? FOLDER_MODE : FILE_MODE);
  };
  return await walkAll({ ...what, found: nothing(), mend, left: limit });
}

async function walkAll(work: Work): Promise<PermissionCheck> {
  const folder = await openFromRoot(work.folder, work);
  if (folder === undefined) {
    note(work, work.folder, 'does not exist');
    return work.found;
  }
  try {
    await visitFolder(work, folder, work.folder);
    await walk(folder, {
      entries: async (inner, entries, below) => {
        await forEach(entries, work.signal, async (entry) => await visitEntry(work, inner, entry, below));
      },
      enters: async (inner) => await enters(work, inner),
      tooDeep: (_below, deepest) => {
        throw tooDeep(work.folder, deepest);
      },
      signal: work.signal,
    });
  } finally {
    await folder.close();
  }
  return work.found;
}

async function enters(work: Work, { folder, below, isMounted }: Inner): Promise<boolean> {
  const place = path.join(work.folder, below);
  if (place === work.spared) {
    work.found.skipped++;
    return false;
  }
  if (isMounted) {
    work.found.skipped++;
    note(work, place, 'is mounted there, left alone');
    return false;
  }
  await visitFolder(work, folder, place);
  return true;
}

async function visitFolder(work: Work, folder: SafeFolder, place: string): Promise<void> {
  await visit(work, place, await folder.handle.stat(), async (mend) => await mend(folder.handle));
}

async function visitEntry(work: Work, folder: SafeFolder, { name, stat }: Entry, below: string): Promise<void> {
  if (!isOurs(work, stat)) {
    work.found.skipped++;
    return;
  }
  const place = path.join(work.folder, join(below, name));
  await visit(work, place, stat, async (mend) => await withEntry(work, folder, name, mend));
}

type Mend = (handle: FileHandle) => Promise<void>;

/** Counts the entry, and has it changed where it differs and changing is asked for. */
async function visit(work: Work, place: string, stat: Stats, change: (mend: Mend) => Promise<void>): Promise<void> {
  const { found, owner, names, mend } = work;
  found.entries++;
  if (!differs(stat, owner)) return;
  found.different++;
  const example = `${place}: ${whatItIs(stat, names)} -> ${wantedText(stat, owner, names)}`;
  if (found.examples.length < TEXTS_AT_MOST) found.examples.push(example);
  if (mend === undefined || work.left-- <= 0) return;
  work.mayStillChange?.();
  try {
    await change(async (handle) => await mend(handle, await handle.stat()));
  } catch (err) {
    if (work.signal?.aborted) throw err;
    note(work, place, `was left: ${errorCode(err) || errorText(err)}`);
  }
}

/** Between the look and the opening it may have become another one: what is open decides. */
async function withEntry(work: Work, folder: SafeFolder, name: string, mend: Mend): Promise<void> {
  const handle = await folder.open(name);
  if (handle === undefined) return;
  try {
    if (!isOurs(work, await handle.stat()) || (await mountOf(handle)) !== folder.mount) return;
    await mend(handle);
  } finally {
    await handle.close();
  }
}

/** A second name of somebody else's file may be anywhere: /etc/passwd. */
function isOurs({ owner }: Work, stat: Stats): boolean {
  return stat.isFile() && !isSparedLink(stat, owner);
}

function differs(stat: Stats, { uid, gid }: Owner): boolean {
  return stat.uid !== uid || stat.gid !== gid || modeOf(stat) !== (stat.isDirectory() ? FOLDER_MODE : FILE_MODE);
}

function note({ found }: Work, place: string, text: string): void {
  if (found.notes.length < TEXTS_AT_MOST) found.notes.push(`${place} ${text}`);
}

function nothing(): PermissionCheck {
  return { entries: 0, different: 0, examples: [], skipped: 0, notes: [] };
}

function tooDeep(place: string, deepest: number): HostError {
  return new HostError('UnsafeSelector', `${place} is nested deeper than ${deepest} folders; look at what made them`);
}
