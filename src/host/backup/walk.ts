import { forEach } from '../each';
import type { SafeFolder } from '../files/safe-folder';
import { unsafeBackup } from './names';

/** Deeper than people nest images; each level holds a descriptor. */
const DEEPEST = 32;

export interface Listed {
  name: string;
  size: number;
  mtimeMs: number;
}

export interface Visitor {
  /** The regular files of one folder, and its path below the root: `` or `a/b`. */
  files(folder: SafeFolder, below: string, files: Listed[]): Promise<void>;
  /** A link or special file. */
  skipped(path: string): void;
  /** Whether the open folder `below` is visited; every one where absent. */
  enters?(below: string, folder: SafeFolder): boolean | Promise<boolean>;
  signal?: AbortSignal | undefined;
}

/** Visits `folder` and all folders below it, never through a link. Does not close `folder`. */
export async function walk(folder: SafeFolder, visitor: Visitor, below = '', depth = 1): Promise<void> {
  if (depth > DEEPEST) throw unsafeBackup(`the folders are nested deeper than ${DEEPEST}`);
  const files: Listed[] = [];
  const folders: string[] = [];
  await forEach(await folder.names(), visitor.signal, async (name) => {
    const stat = await folder.stat(name);
    if (stat === undefined) return;
    if (stat.isDirectory()) folders.push(name);
    // A name that is no UTF-8 cannot be opened by its text.
    else if (stat.isFile() && !name.includes('\uFFFD')) {
      files.push({ name, size: stat.size, mtimeMs: stat.mtimeMs });
    } else visitor.skipped(join(below, name));
  });
  await visitor.files(folder, below, files);
  for (const name of folders.sort()) {
    const inner = await folder.enter(name);
    if (inner === undefined) continue;
    try {
      const at = join(below, name);
      if ((await visitor.enters?.(at, inner)) !== false) await walk(inner, visitor, at, depth + 1);
    } finally {
      await inner.close();
    }
  }
}

export function join(below: string, name: string): string {
  return below === '' ? name : `${below}/${name}`;
}
