import type { Stats } from 'node:fs';
import path from 'node:path';
import type { KingfisherSettings } from '../agent-settings';
import { openFromRoot } from '../files/from-root';
import { join, walk } from '../files/walk';

/** What may be an image; whether it is one is told by its content. Files that are still on their way have other names. */
export const IMAGE = /\.(?:jpe?g|png)$/i;
/** The newest. Each takes a fraction of a second to decode. */
const IMAGES_AT_MOST = 200;
/** One that was written this lately may not be whole yet. */
const SETTLED_MS = 10_000;

export interface RecentImages {
  images: RecentImage[];
  /** So many more there are. */
  left: number;
  /** So many more may not be whole yet. */
  young: number;
  /** Until all of those are, unless they are written on. */
  settledInMs: number;
}

export interface RecentImage {
  /** Below the folder of images. */
  image: string;
  stat: Stats;
}

/**
 * Images that were last written within this time, the newest first. Links, what has another name, temporary folders and what
 * is mounted below are left out.
 *
 * @throws HostError `UnsafeSelector` for a folder that cannot be reached safely
 */
export async function findRecentImages(
  { imagesDir, tempDirs }: Pick<KingfisherSettings, 'imagesDir' | 'tempDirs'>,
  leftOut: string,
  withinMs: number,
  signal?: AbortSignal,
): Promise<RecentImages> {
  const folder = await openFromRoot(imagesDir);
  if (folder === undefined) return { images: [], left: 0, young: 0, settledInMs: 0 };
  const now = Date.now();
  const found: RecentImage[] = [];
  const young: number[] = [];
  try {
    await walk(folder, {
      entries: async (_inner, entries, below) => {
        for (const { name, stat } of entries) {
          if (!IMAGE.test(name) || !stat.isFile() || stat.nlink > 1 || stat.mtimeMs < now - withinMs) continue;
          // Not one that is written in a time to come: a clock was wrong.
          if (Math.abs(now - stat.mtimeMs) < SETTLED_MS) young.push(stat.mtimeMs);
          else found.push({ image: join(below, name), stat });
        }
      },
      enters: ({ below, isMounted }) => {
        const place = path.join(imagesDir, below);
        return !isMounted && !tempDirs.includes(place) && place !== leftOut;
      },
      tooDeep: () => undefined,
      signal,
    });
  } finally {
    await folder.close();
  }
  const images = found.sort((a, b) => b.stat.mtimeMs - a.stat.mtimeMs).slice(0, IMAGES_AT_MOST);
  const settledInMs = Math.max(0, ...young.map((mtimeMs) => mtimeMs + SETTLED_MS - now));
  return { images, left: found.length - images.length, young: young.length, settledInMs };
}
