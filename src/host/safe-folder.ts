import { constants } from 'node:fs';
import { lstat, open, readFile, readdir, rmdir, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { errorCode, errorText } from './errors';
import { unsafe } from './selectors';

/**
 * An open folder, entered without following a link. Its entries are reached through its descriptor and by one name, so
 * that nobody can put another folder in its place while we work.
 */
export interface SafeFolder {
  /** Number of the file system that it is on. */
  device: number;
  /** With the device it names this folder, whatever path leads to it. */
  inode: number;
  /** Where it is mounted: differs for a bind mount of the same file system too. */
  mount: string;
  /** Of the folder itself, to look at and change what it is. Closed by `close`. */
  handle: FileHandle;
  names(): Promise<string[]>;
  /** `undefined` for an entry that is gone. */
  stat(name: string): Promise<Stats | undefined>;
  /** `undefined` when the entry is gone, or no folder any more. */
  enter(name: string): Promise<SafeFolder | undefined>;
  /** An entry, read only, without following a link or waiting for a pipe. `undefined` when it is gone, or cannot be one. */
  open(name: string): Promise<FileHandle | undefined>;
  /** Removes an empty folder. `false` when there is something in it, or it is no folder. */
  removeFolder(name: string): Promise<boolean>;
  /** Removes the name, never what a link points to. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

const FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const ENTRY_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Opens a folder. `undefined` when there is none.
 *
 * @throws HostError `UnsafeSelector` for a link or anything else in its place, and where there is no /proc.
 */
export async function openFolder(path: string): Promise<SafeFolder | undefined> {
  if (process.platform !== 'linux') throw unsafe('files are only removed on Linux, where no link can be slipped in');
  try {
    return await wrap(await open(path, FLAGS));
  } catch (err) {
    if (errorCode(err) === 'ENOENT') return undefined;
    throw unsafe(`${path} is not a folder that can be entered without following a link (${errorText(err)})`);
  }
}

/** Goes down from `folder` step by step, and closes each on the way. `undefined` when a step is missing. */
export async function descend(folder: SafeFolder, steps: string[], path: string): Promise<SafeFolder | undefined> {
  let at = folder;
  for (const step of steps) {
    const stat = await at.stat(step);
    const next = stat?.isDirectory() ? await at.enter(step) : undefined;
    await at.close();
    if (stat === undefined) return undefined;
    if (next === undefined) throw unsafe(`${path}: ${step} is a link or no folder`);
    at = next;
  }
  return at;
}

async function wrap(handle: FileHandle): Promise<SafeFolder> {
  const here = `/proc/self/fd/${handle.fd}`;
  const { dev, ino } = await handle.stat();
  return {
    device: dev,
    inode: ino,
    mount: await mountOf(handle),
    handle,
    names: async () => await readdir(here),
    stat: async (name) => await unlessGone(lstat(`${here}/${name}`)),
    enter: async (name) => {
      const entered = await unlessGone(open(`${here}/${name}`, FLAGS));
      return entered === undefined ? undefined : await wrap(entered);
    },
    open: async (name) => await unlessGone(open(`${here}/${name}`, ENTRY_FLAGS)),
    removeFolder: async (name) => await removeEmpty(`${here}/${name}`),
    remove: async (name) => void (await unlessGone(unlink(`${here}/${name}`))),
    close: async () => await handle.close(),
  };
}

/** The id of the mount that a descriptor was opened through. */
export async function mountOf({ fd }: FileHandle): Promise<string> {
  return /^mnt_id:\s*(\d+)/m.exec(await readFile(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? '';
}

async function removeEmpty(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (err) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EBUSY'].includes(errorCode(err))) return false;
    throw err;
  }
}

/** Gone, or changed into something else since it was listed: either way not what we came for. */
async function unlessGone<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (err) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(errorCode(err))) return undefined;
    throw err;
  }
}
