import { forEach } from '../each';
import type { SafeFolder } from '../files/safe-folder';
import { MANIFEST } from './manifest';
import { unsafeBackup } from './names';

const DEEPEST = 40;

/** Removes a backup. Its manifest goes first, so that what is left of it after our death is not taken for a whole one. */
export async function removeBackup(root: SafeFolder, name: string, signal?: AbortSignal): Promise<void> {
  const folder = await root.enter(name);
  if (folder === undefined) return;
  try {
    await folder.remove(MANIFEST);
    await folder.handle.sync();
    await empty(folder, root.device, signal);
  } finally {
    await folder.close();
  }
  await removeEmptied(root, name);
}

/** Removes all that is in `folder`. Never goes through a link or to another file system. */
export async function empty(folder: SafeFolder, device: number, signal?: AbortSignal, depth = 1): Promise<void> {
  if (folder.device !== device) throw unsafeBackup('another file system is mounted in a backup');
  if (depth > DEEPEST) throw unsafeBackup(`a backup is nested deeper than ${DEEPEST} folders`);
  const folders: string[] = [];
  await forEach(await folder.names(), signal, async (name) => {
    const stat = await folder.stat(name);
    if (stat?.isDirectory()) folders.push(name);
    else if (stat !== undefined) await folder.remove(name);
  });
  for (const name of folders) {
    const inner = await folder.enter(name);
    if (inner === undefined) continue;
    try {
      await empty(inner, device, signal, depth + 1);
    } finally {
      await inner.close();
    }
    await removeEmptied(folder, name);
  }
}

/** What was put into it meanwhile is somebody's: that is no end to be silent about. */
export async function removeEmptied(folder: SafeFolder, name: string): Promise<void> {
  if ((await folder.removeFolder(name)) || (await folder.stat(name)) === undefined) return;
  throw new Error(`${name} cannot be removed: it is not empty, or no folder any more`);
}
