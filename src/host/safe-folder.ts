import { constants } from 'node:fs';
import { lstat, open, readdir, unlink } from 'node:fs/promises';
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
  names(): Promise<string[]>;
  /** `undefined` for an entry that is gone. */
  stat(name: string): Promise<Stats | undefined>;
  /** `undefined` when the entry is gone, or no folder any more. */
  enter(name: string): Promise<SafeFolder | undefined>;
  /** Removes the name, never what a link points to. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

const FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

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
  const { dev } = await handle.stat();
  return {
    device: dev,
    names: async () => await readdir(here),
    stat: async (name) => await unlessGone(lstat(`${here}/${name}`)),
    enter: async (name) => {
      const entered = await unlessGone(open(`${here}/${name}`, FLAGS));
      return entered === undefined ? undefined : await wrap(entered);
    },
    remove: async (name) => void (await unlessGone(unlink(`${here}/${name}`))),
    close: async () => await handle.close(),
  };
}

/** Gone, or changed into something else since it was listed: either way not what we came for. */
async function unlessGone<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (err) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(err))) return undefined;
    throw err;
  }
}
