import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { HostError, errorCode, errorText } from '../errors';
import type { ChangeContext } from '../fence/change-context';
import { FILE_MODE, FOLDER_MODE, isSparedLink, modeOf, wantedText, whatItIs } from './permissions-wanted';
import type { Names, Owner } from './permissions-wanted';
import { mountOf, openFolder } from './safe-folder';
import type { SafeFolder } from './safe-folder';

/** Deeper than images are filed; each level holds a descriptor. */
const DEEPEST = 64;
/** Entries of one folder that are looked at, or changed, at the same time. */
const AT_ONCE = 16;
const TEXTS_AT_MOST = 10;

export interface Permissions extends ChangeContext {
  /** The folder whose entries, itself included, are looked at. */
  folder: string;
  owner: Owner;
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

interface Walk extends Permissions {
  found: PermissionCheck;
  /** Changes what differs, through the descriptor of it; absent to count only. */
  mend?: (handle: FileHandle, stat: Stats) => Promise<void>;
  left: number;
}

/**
 * Counts what is not folder 0755 or file 0644 of the owner. A missing folder has no entries.
 *
 * @throws HostError `UnsafeSelector` for a link in place of the folder.
 */
export async function countPermissions(what: Permissions): Promise<PermissionCheck> {
  return await walkAll({ ...what, found: nothing(), left: 0 });
}

/**
 * Makes at most `limit` entries what they should be. `different` is what was. Nothing is changed by its name: an entry
 * is opened without following a link, looked at again, and changed through its descriptor.
 *
 * @throws HostError `UnsafeSelector` for a link in place of the folder.
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

async function walkAll(walk: Walk): Promise<PermissionCheck> {
  const folder = await openFolder(walk.folder);
  if (folder === undefined) note(walk, walk.folder, 'does not exist');
  else await visitFolder(walk, folder, walk.folder, 1);
  return walk.found;
}

/** Closes `folder`. */
async function visitFolder(walk: Walk, folder: SafeFolder, place: string, depth: number): Promise<void> {
  try {
    if (depth > DEEPEST) throw tooDeep(walk.folder);
    await visit(walk, place, await folder.handle.stat(), async (mend) => {
      await mend(folder.handle);
    });
    const names = await folder.names();
    for (let at = 0; at < names.length; at += AT_ONCE) {
      walk.signal?.throwIfAborted();
      const inner = await Promise.all(names.slice(at, at + AT_ONCE).map((name) => look(walk, folder, name, place)));
      // One after another: each level of each holds a descriptor.
      for (const name of inner) if (name !== undefined) await enter(walk, folder, name, place, depth);
    }
  } finally {
    await folder.close();
  }
}

/** Looks at one entry; gives its name when it is a folder to go into. */
async function look(walk: Walk, folder: SafeFolder, name: string, place: string): Promise<string | undefined> {
  const stat = await folder.stat(name);
  if (stat === undefined) return undefined;
  if (stat.isDirectory()) return name;
  if (!isOurs(walk, stat)) {
    walk.found.skipped++;
    return undefined;
  }
  await visit(walk, path.join(place, name), stat, async (mend) => await withEntry(walk, folder, name, mend));
  return undefined;
}

async function enter(walk: Walk, folder: SafeFolder, name: string, place: string, depth: number): Promise<void> {
  const inner = await folder.enter(name);
  if (inner === undefined) return;
  if (inner.mount === folder.mount) return await visitFolder(walk, inner, path.join(place, name), depth + 1);
  walk.found.skipped++;
  note(walk, path.join(place, name), 'is mounted there, left alone');
  await inner.close();
}

type Mend = (handle: FileHandle) => Promise<void>;

/** Counts the entry, and has it changed where it differs and changing is asked for. */
async function visit(walk: Walk, place: string, stat: Stats, change: (mend: Mend) => Promise<void>): Promise<void> {
  const { found, owner, names, mend } = walk;
  found.entries++;
  if (!differs(stat, owner)) return;
  found.different++;
  const example = `${place}: ${whatItIs(stat, names)} -> ${wantedText(stat, owner, names)}`;
  if (found.examples.length < TEXTS_AT_MOST) found.examples.push(example);
  if (mend === undefined || walk.left-- <= 0) return;
  walk.mayStillChange?.();
  try {
    await change(async (handle) => await mend(handle, await handle.stat()));
  } catch (err) {
    if (walk.signal?.aborted) throw err;
    note(walk, place, `was left: ${errorCode(err) || errorText(err)}`);
  }
}

/** Between the look and the opening it may have become another one: what is open decides. */
async function withEntry(walk: Walk, folder: SafeFolder, name: string, mend: Mend): Promise<void> {
  const handle = await folder.open(name);
  if (handle === undefined) return;
  try {
    if (!isOurs(walk, await handle.stat()) || (await mountOf(handle)) !== folder.mount) return;
    await mend(handle);
  } finally {
    await handle.close();
  }
}

/** A second name of somebody else's file may be anywhere: /etc/passwd. */
function isOurs({ owner }: Walk, stat: Stats): boolean {
  return stat.isFile() && !isSparedLink(stat, owner);
}

function differs(stat: Stats, { uid, gid }: Owner): boolean {
  return stat.uid !== uid || stat.gid !== gid || modeOf(stat) !== (stat.isDirectory() ? FOLDER_MODE : FILE_MODE);
}

function note({ found }: Walk, place: string, text: string): void {
  if (found.notes.length < TEXTS_AT_MOST) found.notes.push(`${place} ${text}`);
}

function nothing(): PermissionCheck {
  return { entries: 0, different: 0, examples: [], skipped: 0, notes: [] };
}

function tooDeep(place: string): HostError {
  return new HostError('UnsafeSelector', `${place} is nested deeper than ${DEEPEST} folders; look at what made them`);
}
