import type { Stats } from 'node:fs';
import { readlink } from 'node:fs/promises';
import path from 'node:path';
import { HostError, errorCode, errorText } from '../errors';
import { inFolder, openRootFolder } from './safe-folder';
import type { SafeFolder } from './safe-folder';

const LINKS_AT_MOST = 16;
const ROOT = 0;
const WRITABLE_BY_GROUP = 0o020;
const WRITABLE_BY_ALL = 0o002;
const STICKY = 0o1000;

/** Users and groups that may own and write to the folders on a way, besides root and the agent's own user. */
export interface Writers {
  uids: readonly number[];
  gids: readonly number[];
}

export const NOBODY_ELSE: Writers = { uids: [], gids: [] };

export interface Way {
  /**
   * Who may write to the folders on the way, and so put another folder in the place of the next. Absent where nothing is
   * changed: whoever can give us other things to read could have changed what is there as well.
   */
  writers?: Writers;
  /** Mode of the folders that are made where they are missing; root's. Absent to make none. */
  make?: number;
}

/**
 * Opens a folder by its absolute path: every step from `/` on is taken from an open folder, by one name. A link on the way
 * is followed only where root made it in a folder that nobody else may write to, such as /var/run; the last step is never
 * one. `undefined` when a step is missing.
 *
 * @throws HostError `UnsafeSelector` for any other link, for a folder on the way that somebody else may write to, and
 *   where a step is no folder or may not be entered.
 */
export async function openFromRoot(place: string, way: Way = {}): Promise<SafeFolder | undefined> {
  return await follow(stepsOf(place), { ...way, place, mayEndInLink: false });
}

/**
 * Opens the folder that holds `file`, by the same rules. It is itself on the way: it may be reached through a link of root.
 *
 * @throws HostError `UnsafeSelector`
 */
export async function openFolderOf(file: string, way: Way = {}): Promise<SafeFolder | undefined> {
  const name = path.dirname(file);
  const folder = await follow(stepsOf(name), { ...way, place: file, mayEndInLink: true });
  if (folder === undefined) return undefined;
  return await checked(folder, async () => refuseWritable(await folder.handle.stat(), name, { ...way, place: file }));
}

/** Where an open folder is, without links. Only as good as the moment: nothing may be opened by it. */
export async function realPathOf({ handle }: SafeFolder): Promise<string> {
  return await readlink(`/proc/self/fd/${handle.fd}`);
}

interface Going extends Way {
  /** As asked for: for what people are told. */
  place: string;
  mayEndInLink: boolean;
}

/** Each link begins the way anew from `/`, with the steps that it stands for. */
async function follow(steps: string[], going: Going): Promise<SafeFolder | undefined> {
  let left = steps;
  for (let links = 0; links <= LINKS_AT_MOST; links++) {
    const end = await goDown(left, going);
    if (!Array.isArray(end)) return end;
    left = end;
  }
  throw unsafe(going.place, 'too many links are on the way');
}

/** The folder, `undefined` for none, or the steps from `/` on after a link was read. */
async function goDown(steps: string[], going: Going): Promise<SafeFolder | string[] | undefined> {
  let at = await openRootFolder();
  for (const [index, step] of steps.entries()) {
    const [before, after] = [steps.slice(0, index), steps.slice(index + 1)];
    const next = await inFolder(at, async (holder) => await stepInto(holder, before, step, after.length === 0, going));
    if (typeof next === 'string') return [...stepsOf(path.resolve('/', ...before, next)), ...after];
    if (next === undefined) return undefined;
    at = next;
  }
  return at;
}

/** The next folder, the target of a link in its place, or `undefined` for neither. */
async function stepInto(
  at: SafeFolder,
  before: string[],
  step: string,
  isLast: boolean,
  going: Going,
): Promise<SafeFolder | string | undefined> {
  const { place, make, mayEndInLink } = going;
  try {
    const holder = await at.handle.stat();
    refuseWritable(holder, `/${before.join('/')}`, going);
    const next = await enterOrMakeStep(at, step, isLast, make);
    if (next === undefined) return await readLink(at, holder, step, isLast && !mayEndInLink, place);
    return await checked(next, async () => refuseForeign(holder, await next.handle.stat(), step, going));
  } catch (err) {
    throw err instanceof HostError
      ? err
      : unsafe(place, `${step} cannot be entered (${errorCode(err) || errorText(err)})`);
  }
}

async function enterOrMakeStep(
  at: SafeFolder,
  step: string,
  isLast: boolean,
  make: number | undefined,
): Promise<SafeFolder | undefined> {
  const enter = async () => await (isLast ? at.enter(step) : at.pass(step));
  const there = await enter();
  if (there !== undefined || make === undefined) return there;
  await at.makeFolder(step, make).catch((err: unknown) => {
    // A link, a file, or somebody else made it at the same moment.
    if (errorCode(err) !== 'EEXIST') throw err;
  });
  return await enter();
}

/** Where a link of root leads; `undefined` when nothing is there. */
async function readLink(
  at: SafeFolder,
  holder: Stats,
  step: string,
  isRefused: boolean,
  place: string,
): Promise<string | undefined> {
  const stat = await at.stat(step);
  // A folder was not there a moment ago.
  if (stat === undefined || stat.isDirectory()) return undefined;
  if (!stat.isSymbolicLink()) throw unsafe(place, `${step} is no folder`);
  if (isRefused) throw unsafe(place, `${step} is a link; configure its real path`);
  if (isLinkOfRoot(holder, stat)) return await readlink(at.path(step));
  throw unsafe(place, `${step} is a link that root did not make in a folder of its own; configure its real path`);
}

/** Whether nobody but root can have put a link there. */
export function isLinkOfRoot(holder: Stats, link: Stats): boolean {
  return isOwn(link) && isOwn(holder) && (holder.mode & (WRITABLE_BY_GROUP | WRITABLE_BY_ALL)) === 0;
}

/** Whoever may write to a folder that is not sticky may put another folder in the place of the next step. */
function refuseWritable({ uid, gid, mode }: Stats, name: string, { place, writers }: Pick<Going, 'place' | 'writers'>) {
  if (writers === undefined) return;
  if (!isOwn({ uid }) && !writers.uids.includes(uid))
    throw unsafe(place, `${name} belongs to another user (uid ${uid})`);
  const others = othersOf({ gid, mode }, writers);
  if (others === undefined || (mode & STICKY) !== 0) return;
  throw unsafe(place, `${name} may be written by others (${others}); take that right from them`);
}

/** In a sticky folder each has its own entries: the next step must be of somebody who may lead us. */
function refuseForeign(holder: Stats, { uid }: Stats, step: string, { place, writers }: Going) {
  if (writers === undefined || othersOf(holder, writers) === undefined) return;
  if (isOwn({ uid }) || writers.uids.includes(uid)) return;
  throw unsafe(place, `${step} belongs to another user (uid ${uid}), in a folder that others may write to`);
}

/** Who may write to a folder besides its owner and the writers, in words. */
function othersOf({ gid, mode }: Pick<Stats, 'gid' | 'mode'>, { gids }: Writers): string | undefined {
  if ((mode & WRITABLE_BY_ALL) !== 0) return 'everybody';
  const isForeign = (mode & WRITABLE_BY_GROUP) !== 0 && gid !== ROOT && !gids.includes(gid);
  return isForeign ? `group ${gid}` : undefined;
}

/** Root's, or that of an agent that is not root. */
function isOwn({ uid }: Pick<Stats, 'uid'>): boolean {
  return uid === ROOT || uid === process.geteuid?.();
}

/** The folder, closed where the check throws. */
async function checked(folder: SafeFolder, check: () => Promise<void>): Promise<SafeFolder> {
  try {
    await check();
    return folder;
  } catch (err) {
    await folder.close();
    throw err;
  }
}

function stepsOf(place: string): string[] {
  if (!path.isAbsolute(place)) throw unsafe(place, 'it is no absolute path');
  return path.resolve(place).split('/').filter(Boolean);
}

function unsafe(place: string, reason: string): HostError {
  return new HostError('UnsafeSelector', `${place}: ${reason}; nothing was changed`);
}
