import type { Stats } from 'node:fs';
import path from 'node:path';
import { openFromRoot } from '../files/from-root';
import { whatItIs } from '../files/permissions-wanted';
import type { Names } from '../files/permissions-wanted';
import { join, walk } from '../files/walk';

const WRITABLE_BY_ALL = 0o002;
const SET_ID = 0o6000;

export interface LooseFiles {
  /** Files and folders. */
  entries: number;
  /** Place, and what is wrong with it; at most `atMost`. */
  found: { place: string; text: string }[];
  /** So many more there are. */
  dropped: number;
}

interface Look {
  names: Names;
  /** Folders below that are never entered: they are looked at by themselves. */
  leftOut: readonly string[];
  atMost: number;
  signal?: AbortSignal;
}

/**
 * What everybody may write to below a folder, itself included, and programs that run as their owner. Reads only; no link is
 * followed, and no mount entered. A folder that is missing has nothing in it.
 *
 * @throws HostError `UnsafeSelector` for a folder that cannot be reached safely
 */
export async function findLooseFiles(root: string, { names, leftOut, atMost, signal }: Look): Promise<LooseFiles> {
  const loose: LooseFiles = { entries: 0, found: [], dropped: 0 };
  const visit = (place: string, stat: Stats) => {
    loose.entries += 1;
    const why = whyLoose(stat);
    if (why === undefined) return;
    if (loose.found.length >= atMost) loose.dropped += 1;
    else loose.found.push({ place, text: `${place}: ${whatItIs(stat, names)}: ${why}` });
  };
  const folder = await openFromRoot(root);
  if (folder === undefined) return loose;
  try {
    visit(root, await folder.handle.stat());
    await walk(folder, {
      entries: async (_inner, entries, below) => {
        for (const { name, stat } of entries) visit(path.join(root, join(below, name)), stat);
      },
      enters: async ({ folder: inner, below, isMounted }) => {
        const place = path.join(root, below);
        if (isMounted || leftOut.includes(place)) return false;
        visit(place, await inner.handle.stat());
        return true;
      },
      tooDeep: () => {},
      signal,
    });
  } finally {
    await folder.close();
  }
  return loose;
}

/** A link has no mode of its own. */
function whyLoose(stat: Stats): string | undefined {
  if (stat.isSymbolicLink()) return undefined;
  if ((stat.mode & WRITABLE_BY_ALL) !== 0) return 'everybody may write to it';
  return stat.isFile() && (stat.mode & SET_ID) !== 0 ? 'it runs as its owner or group, whoever starts it' : undefined;
}
