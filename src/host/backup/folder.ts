import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { errorCode, errorText } from '../errors';
import { unsafeBackup } from './names';

/**
 * An open folder. Everything in it is reached through its descriptor and by one name, so nobody can slip a link in
 * between. Like `SafeFolder`, for those who also read and write.
 */
export interface Folder {
  device: number;
  names(): Promise<string[]>;
  /** `undefined` for an entry that is gone. */
  stat(name: string): Promise<Stats | undefined>;
  /** `undefined` when it is gone, a link, or no folder. */
  enter(name: string): Promise<Folder | undefined>;
  /** Opens for reading. `undefined` when it is gone, a link, or no regular file. */
  read(name: string): Promise<FileHandle | undefined>;
  /** A new file, 0600, for writing. Fails when the name is taken. */
  create(name: string): Promise<FileHandle>;
  makeFolder(name: string, mode: number): Promise<void>;
  /** Moves into `to`, and replaces what has that name there. */
  move(name: string, to: Folder, toName: string): Promise<void>;
  /** The same name for system calls that want one. */
  path(name: string): string;
  removeFile(name: string): Promise<void>;
  removeFolder(name: string): Promise<void>;
  chown(uid: number, gid: number): Promise<void>;
  chmod(mode: number): Promise<void>;
  info(): Promise<Stats>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** A pipe in a file's place must not make us wait for its writer. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Opens a folder by its path. `undefined` when there is none.
 *
 * @throws HostError `UnsafeSelector` for a link or anything else in its place.
 */
export async function openAt(path: string): Promise<Folder | undefined> {
  if (process.platform !== 'linux') throw unsafeBackup('backups need Linux, where no link can be slipped in');
  try {
    return await wrap(await open(path, FOLDER));
  } catch (err) {
    if (errorCode(err) === 'ENOENT') return undefined;
    throw unsafeBackup(
      `${path} cannot be entered without following a link (${errorText(err)}); configure its real path`,
    );
  }
}

/**
 * Goes down step by step and closes each on the way, `folder` too. `undefined` when a step is missing.
 *
 * @throws HostError `UnsafeSelector` when a step is a link or no folder.
 */
export async function goDown(folder: Folder, steps: string[]): Promise<Folder | undefined> {
  let at = folder;
  for (const step of steps) {
    try {
      const stat = await at.stat(step);
      const next = await at.enter(step);
      if (stat !== undefined && next === undefined) throw unsafeBackup(`${step} is a link or no folder`);
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

/** Enters `name`, made with `mode` where it is missing; undefined when something else has its place. */
export async function enterOrMake(folder: Folder, name: string, mode: number): Promise<Folder | undefined> {
  const there = await folder.enter(name);
  if (there !== undefined || (await folder.stat(name)) !== undefined) return there;
  await folder.makeFolder(name, mode);
  return await folder.enter(name);
}

async function wrap(handle: FileHandle): Promise<Folder> {
  const here = (name: string) => `/proc/self/fd/${handle.fd}/${name}`;
  const { dev } = await handle.stat();
  return {
    device: dev,
    names: async () => await readdir(`/proc/self/fd/${handle.fd}`),
    stat: async (name) => await unlessGone(lstat(here(name))),
    enter: async (name) => {
      const entered = await unlessGone(open(here(name), FOLDER));
      return entered === undefined ? undefined : await wrap(entered);
    },
    read: async (name) => await unlessGone(open(here(name), READ)),
    create: async (name) => await open(here(name), CREATE, 0o600),
    makeFolder: async (name, mode) => await mkdir(here(name), { mode }),
    move: async (name, to, toName) => await rename(here(name), to.path(toName)),
    path: here,
    removeFile: async (name) => void (await unlessGone(unlink(here(name)))),
    removeFolder: async (name) => void (await unlessGone(rmdir(here(name)))),
    chown: async (uid, gid) => await handle.chown(uid, gid),
    chmod: async (mode) => await handle.chmod(mode),
    info: async () => await handle.stat(),
    sync: async () => await handle.sync(),
    close: async () => await handle.close(),
  };
}

/** Gone, or something else than it was when it was listed. */
async function unlessGone<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (err) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(errorCode(err))) return undefined;
    throw err;
  }
}
