import { constants } from 'node:fs';
import { lstat, mkdir, open, readFile, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { HostError, errorCode } from '../errors';

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
  /** The same for a folder that is only gone through: needs no right to list it. */
  pass(name: string): Promise<SafeFolder | undefined>;
  /** An entry, read only, without following a link or waiting for a pipe. `undefined` when it is gone, or cannot be one. */
  open(name: string): Promise<FileHandle | undefined>;
  /** A new file, 0600, for writing. Fails when the name is taken. */
  create(name: string): Promise<FileHandle>;
  makeFolder(name: string, mode: number): Promise<void>;
  /** Moves an entry into `to`, and replaces what has that name there. */
  move(name: string, to: SafeFolder, toName: string): Promise<void>;
  /** The same name for system calls that want one. */
  path(name: string): string;
  /** Removes an empty folder. `false` when there is something in it, or it is no folder. */
  removeFolder(name: string): Promise<boolean>;
  /** Removes the name, never what a link points to. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

const FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Node has no name for O_PATH. */
const PASS_FLAGS = 0o10000000 | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const CREATE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const ENTRY_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * The folder `/`, where every way of root's begins.
 *
 * @throws HostError `UnsafeSelector` where there is no /proc.
 */
export async function openRootFolder(): Promise<SafeFolder> {
  if (process.platform !== 'linux') throw unsafe('this needs Linux, where no link can be slipped in');
  return await wrap(await open('/', FLAGS));
}

/**
 * Goes down from `folder`, which is `path`, step by step, and closes each on the way, `folder` too. `undefined` when a step
 * is missing.
 *
 * @throws HostError `UnsafeSelector` when a step is a link or no folder.
 */
export async function descend(folder: SafeFolder, steps: string[], path: string): Promise<SafeFolder | undefined> {
  let at = folder;
  for (const step of steps) {
    try {
      const stat = await at.stat(step);
      const next = await at.enter(step);
      if (stat !== undefined && next === undefined) throw unsafe(`${path}: ${step} is a link or no folder`);
      await at.close();
      if (next === undefined) return undefined;
      at = next;
    } catch (err) {
      await at.close();
      throw err;
    }
  }
  return at;
}

/** Enters `name`, made with `mode` where it is missing; `undefined` when something else has its place. */
export async function enterOrMake(folder: SafeFolder, name: string, mode: number): Promise<SafeFolder | undefined> {
  const there = await folder.enter(name);
  if (there !== undefined || (await folder.stat(name)) !== undefined) return there;
  await folder.makeFolder(name, mode);
  return await folder.enter(name);
}

/** Works in a folder, and lets go of it whatever happens. */
export async function inFolder<T>(folder: SafeFolder, work: (folder: SafeFolder) => Promise<T>): Promise<T> {
  try {
    return await work(folder);
  } finally {
    await folder.close();
  }
}

/**
 * A file of this text in place of what has its name, as a whole or not at all; for the agent's own user alone. `unfinished` is
 * its name until then, which nobody else has.
 */
export async function writeWhole(
  folder: SafeFolder,
  { name, unfinished }: { name: string; unfinished: string },
  text: string,
): Promise<void> {
  const file = await folder.create(unfinished);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await folder.move(unfinished, folder, name);
}

async function wrap(handle: FileHandle): Promise<SafeFolder> {
  const here = `/proc/self/fd/${handle.fd}`;
  const { dev, ino } = await handle.stat();
  const enterBy = async (name: string, flags: number) => {
    const entered = await unlessGone(open(`${here}/${name}`, flags));
    return entered === undefined ? undefined : await wrap(entered);
  };
  return {
    device: dev,
    inode: ino,
    mount: await mountOf(handle),
    handle,
    names: async () => await readdir(here),
    stat: async (name) => await unlessGone(lstat(`${here}/${name}`)),
    enter: async (name) => await enterBy(name, FLAGS),
    pass: async (name) => await enterBy(name, PASS_FLAGS),
    create: async (name) => await open(`${here}/${name}`, CREATE_FLAGS, 0o600),
    makeFolder: async (name, mode) => await mkdir(`${here}/${name}`, { mode }),
    move: async (name, to, toName) => await rename(`${here}/${name}`, to.path(toName)),
    path: (name) => `${here}/${name}`,
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

function unsafe(reason: string): HostError {
  return new HostError('UnsafeSelector', `${reason}; nothing was changed`);
}
