import type { Stats } from 'node:fs';
import { forEach } from '../each';
import type { SafeFolder } from './safe-folder';

/** Deeper than people nest folders; each level holds a descriptor. */
const DEEPEST = 64;
/** Entries of one folder that are known at the same time. */
const BATCH = 1_000;

export interface Entry {
  name: string;
  /** Of the name itself when it was listed; a link is not followed. */
  stat: Stats;
}

export interface Inner {
  /** Open for as long as it is asked about, and visited. */
  folder: SafeFolder;
  /** Path below the folder where the walk began: `a/b`. */
  below: string;
  /** Another file system, or a bind mount of the same one, begins here. */
  isMounted: boolean;
}

export interface Visitor {
  /** What is in one folder and is no folder itself: at most 1,000 at a time. `below` is `` for the first folder. */
  entries(folder: SafeFolder, entries: Entry[], below: string): Promise<void>;
  /** Whether a folder is gone into. */
  enters(inner: Inner): boolean | Promise<boolean>;
  /** A folder was gone into and is closed again. Its `stat` is that from before. */
  left?(parent: SafeFolder, entry: Entry, below: string): Promise<void>;
  /** A folder is left out for its depth, or nothing more is visited where this throws. */
  tooDeep(below: string, deepest: number): void;
  signal?: AbortSignal | undefined;
  /** 64 folders where absent. */
  deepest?: number;
}

/**
 * Visits a folder and all folders below it that the visitor enters, never through a link: every step is taken from an open
 * folder by one name. What is in a folder comes before what is below it. Does not close `folder`.
 */
export async function walk(folder: SafeFolder, visitor: Visitor, below = '', depth = 1): Promise<void> {
  const { signal, deepest = DEEPEST } = visitor;
  const folders: Entry[] = [];
  const names = await folder.names();
  for (let at = 0; at < names.length; at += BATCH) {
    const others: Entry[] = [];
    await forEach(names.slice(at, at + BATCH), signal, async (name) => {
      const stat = await folder.stat(name);
      if (stat !== undefined) (stat.isDirectory() ? folders : others).push({ name, stat });
    });
    if (others.length > 0) await visitor.entries(folder, others, below);
  }
  for (const entry of folders.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    signal?.throwIfAborted();
    const at = join(below, entry.name);
    if (depth >= deepest) visitor.tooDeep(at, deepest);
    else if (await visitInner(folder, entry.name, visitor, at, depth + 1)) await visitor.left?.(folder, entry, at);
  }
}

/** Whether it was gone into. */
async function visitInner(
  parent: SafeFolder,
  name: string,
  visitor: Visitor,
  below: string,
  depth: number,
): Promise<boolean> {
  const folder = await parent.enter(name);
  if (folder === undefined) return false;
  try {
    if (!(await visitor.enters({ folder, below, isMounted: folder.mount !== parent.mount }))) return false;
    await walk(folder, visitor, below, depth);
    return true;
  } finally {
    await folder.close();
  }
}

/** @example join('', 'a') // 'a'; join('a', 'b') // 'a/b' */
export function join(below: string, name: string): string {
  return below === '' ? name : `${below}/${name}`;
}
