import { lstat, mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../errors';
import type { RecoverySettings } from '../settings';
import { descend, enterOrMake, openFolder } from '../safe-folder';
import type { SafeFolder } from '../safe-folder';
import { daySteps, unsafeBackup } from './names';

export type BackupSettings = RecoverySettings['backup'];

/** The folder with the day's images: its path, and itself where it exists. */
export async function openSource({ images }: BackupSettings, day: string): Promise<[string, SafeFolder | undefined]> {
  const steps = daySteps(day);
  const folder = await openFolder(images);
  return [path.join(images, ...steps), folder === undefined ? undefined : await descend(folder, steps, images)];
}

/** The folder of all backups, ours alone; `undefined` where there is none yet. */
export async function openRoot({ root }: BackupSettings): Promise<SafeFolder | undefined> {
  const folder = await openFolder(root);
  if (folder === undefined) return undefined;
  const { uid } = await folder.handle.stat();
  if (uid === process.geteuid?.()) return folder;
  await folder.close();
  throw unsafeBackup(`${root} belongs to another user (uid ${uid}): backups there are not safe`);
}

/** The same, made where it is missing. Nobody else can look into it afterwards. */
export async function makeRoot(settings: BackupSettings): Promise<SafeFolder> {
  await mkdir(settings.root, { recursive: true, mode: 0o700 });
  const folder = await openRoot(settings);
  if (folder === undefined) throw unsafeBackup(`${settings.root} is gone again`);
  await folder.handle.chmod(0o700);
  return folder;
}

/** One folder of ours below another. */
export async function make(folder: SafeFolder, name: string): Promise<SafeFolder> {
  const made = await enterOrMake(folder, name, 0o700);
  if (made === undefined) throw unsafeBackup(`${name} is in the way: a link or no folder`);
  return made;
}

/** `folder` where it exists, else the nearest above it that does, without links. */
export async function nearestExisting(folder: string): Promise<string> {
  for (let at = folder; ; at = path.dirname(at)) {
    try {
      await lstat(at);
      return await realpath(at);
    } catch (err) {
      if (errorCode(err) !== 'ENOENT' || at === path.dirname(at)) throw err;
    }
  }
}
