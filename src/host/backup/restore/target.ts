import path from 'node:path';
import type { KingfisherSettings } from '../../agent-settings';
import { openFolderOf, openFromRoot, realPathOf } from '../../files/from-root';
import type { Writers } from '../../files/from-root';
import type { Owner } from '../../files/permissions-wanted';
import type { SafeFolder } from '../../files/safe-folder';
import { writersOf } from '../../files/writers';
import { isWithin, unsafeBackup } from '../names';
import type { BackupSettings } from '../place';

const FOLDER_MODE = 0o755;

export interface RestoreSettings {
  backup: BackupSettings;
  /** Whose files they are. */
  kingfisher: Pick<KingfisherSettings, 'user' | 'owner'>;
}

/** For whom folders are made that are missing. */
export interface Making {
  owner: Owner | undefined;
}

/**
 * Where a backup is restored to: only what the configuration names, or the person at the keyboard.
 *
 * @throws HostError `UnsafeSelector`
 */
export function targetOf({ backup }: RestoreSettings, source: string, to: string | undefined): string {
  const target = to ?? source;
  if (!path.isAbsolute(target) || path.resolve(target) !== target || target === '/') {
    throw unsafeBackup(`"${target}" is not the plain absolute path of a folder`);
  }
  if (to === undefined && !isWithin(source, backup.images)) {
    throw unsafeBackup(`the backup is of ${source}, which is not below ${backup.images}; say --to`);
  }
  if (isWithin(target, backup.root)) throw unsafeBackup(`${target} lies among the backups`);
  return target;
}

/**
 * Opens it, and makes it with what is missing above it where `making` says for whom. Below the folder of images, where the
 * service may write, no link is followed at all. `undefined` when it is missing and none is made.
 *
 * @throws HostError `UnsafeSelector`
 */
export async function openTarget(
  target: string,
  { backup: settings, kingfisher }: RestoreSettings,
  { backup, making }: { backup: SafeFolder; making: Making | undefined },
): Promise<SafeFolder | undefined> {
  const base = isWithin(target, settings.images) ? settings.images : target;
  const folder = await openBase(base, await writersOf(kingfisher), { backup, making });
  if (folder === undefined) return undefined;
  const steps = path.relative(base, target).split('/').filter(Boolean);
  const at = await descendTo(folder, steps, making);
  if (at !== folder) await folder.close();
  if (at === 'inTheWay') throw unsafeBackup(`a link or file is on the way to ${target}`);
  return at;
}

async function openBase(
  base: string,
  writers: Writers,
  { backup, making }: { backup: SafeFolder; making: Making | undefined },
): Promise<SafeFolder | undefined> {
  const holder = await openFolderOf(base, { writers, ...(making === undefined ? {} : { make: FOLDER_MODE }) });
  if (holder === undefined) return undefined;
  try {
    // Its path tells nothing where a link of root's leads there.
    const place = path.join(await realPathOf(holder), path.basename(base));
    if (isWithin(place, path.dirname(await realPathOf(backup)))) throw unsafeBackup(`${base} lies among the backups`);
    const folder = (await openFromRoot(base, { writers })) ?? (await enterStep(holder, path.basename(base), making));
    if (folder === 'inTheWay') throw unsafeBackup(`${base} is a link or no folder`);
    return folder;
  } finally {
    await holder.close();
  }
}

/**
 * Goes down, and makes what is missing where `making` says for whom; leaves `folder` open. `inTheWay` for a link, a file,
 * and another mount than `mount` where one is given: no file of a backup came from there.
 */
export async function descendTo(
  folder: SafeFolder | undefined,
  steps: string[],
  making: Making | undefined,
  mount?: string,
): Promise<SafeFolder | 'inTheWay' | undefined> {
  let at = folder;
  for (const step of at === undefined ? [] : steps) {
    const next: SafeFolder | 'inTheWay' | undefined = await enterStep(at!, step, making);
    if (at !== folder) await at!.close();
    if (typeof next !== 'object') return next;
    if (mount !== undefined && next.mount !== mount) {
      await next.close();
      return 'inTheWay';
    }
    at = next;
  }
  return at;
}

async function enterStep(
  at: SafeFolder,
  step: string,
  making: Making | undefined,
): Promise<SafeFolder | 'inTheWay' | undefined> {
  const there = await at.enter(step);
  if (there !== undefined) return there;
  if ((await at.stat(step)) !== undefined) return 'inTheWay';
  if (making === undefined) return undefined;
  await at.makeFolder(step, 0o700);
  const made = await at.enter(step);
  if (made === undefined) return 'inTheWay';
  await made.handle.chmod(FOLDER_MODE);
  if (making.owner !== undefined) await made.handle.chown(making.owner.uid, making.owner.gid);
  return made;
}
