import { forEach } from '../each';
import type { HostError } from '../errors';
import type { SafeFolder } from '../files/safe-folder';
import { walk } from '../files/walk';
import { MANIFEST } from './manifest';
import { unsafeBackup } from './names';

/** Folders of images, and those of the backup around them. */
const DEEPEST = 70;

/** Removes a backup. Its manifest goes first, so that what is left of it after our death is not taken for a whole one. */
export async function removeBackup(root: SafeFolder, name: string, signal?: AbortSignal): Promise<void> {
  const folder = await root.enter(name);
  if (folder === undefined) return;
  try {
    await folder.remove(MANIFEST);
    await folder.handle.sync();
    await empty(folder, root.mount, signal);
  } finally {
    await folder.close();
  }
  await removeEmptied(root, name);
}

/** Removes all that is in `folder`, which is on `mount`. Never goes through a link, or into what is mounted there. */
export async function empty(folder: SafeFolder, mount: string, signal?: AbortSignal): Promise<void> {
  if (folder.mount !== mount) throw mounted();
  await walk(folder, {
    entries: async (inner, entries) => await forEach(entries, signal, async ({ name }) => await inner.remove(name)),
    enters: ({ isMounted }) => {
      if (isMounted) throw mounted();
      return true;
    },
    left: async (parent, { name }) => await removeEmptied(parent, name),
    tooDeep: (_below, deepest) => {
      throw unsafeBackup(`a backup is nested deeper than ${deepest} folders`);
    },
    signal,
    deepest: DEEPEST,
  });
}

function mounted(): HostError {
  return unsafeBackup('something is mounted in a backup');
}

/** What was put into it meanwhile is somebody's: that is no end to be silent about. */
export async function removeEmptied(folder: SafeFolder, name: string): Promise<void> {
  if ((await folder.removeFolder(name)) || (await folder.stat(name)) === undefined) return;
  throw new Error(`${name} cannot be removed: it is not empty, or no folder any more`);
}
