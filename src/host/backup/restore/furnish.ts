import type { FileHandle } from 'node:fs/promises';
import { keepAttributes } from '../../files/attributes';
import type { Owner } from '../../files/permissions-wanted';
import type { SafeFolder } from '../../files/safe-folder';

const FILE_MODE = 0o644;

/** A restored file, before it gets its name. */
interface Restored {
  file: FileHandle;
  folder: SafeFolder;
  name: string;
  /** Undefined where we may not give files away. */
  owner: Owner | undefined;
}

/**
 * A file that takes the place of one of the owner's keeps its mode, ACL and extended attributes; any other one is the
 * owner's, 0644. What belongs to somebody else, or has a second name, is no example to follow: anybody may have put it there.
 *
 * @throws HostError `UnsafeSelector` when the attributes cannot be kept.
 */
export async function furnish({ file, folder, name, owner }: Restored): Promise<void> {
  const old = await folder.open(name);
  try {
    const stat = await old?.stat();
    const isOwners = stat?.isFile() === true && stat.nlink === 1 && stat.uid === (owner?.uid ?? process.geteuid?.());
    if (old !== undefined && isOwners) return await keepAttributes({ from: old, to: file, of: name });
    if (owner !== undefined) await file.chown(owner.uid, owner.gid);
    await file.chmod(FILE_MODE);
  } finally {
    await old?.close();
  }
}
