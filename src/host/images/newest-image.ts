import path from 'node:path';
import { HostError } from '../errors';
import { openFromRoot } from '../files/from-root';
import { descend } from '../files/safe-folder';
import type { SafeFolder } from '../files/safe-folder';
import { join, walk } from '../files/walk';
import { isAtOrBelow, isHidden, stepsTo } from '../../shared/observations/images/image-layout';

const DAY_MS = 86_400_000;
/** More files than this of the days that count are not looked at. */
const FILES_AT_MOST = 200_000;
/** Clocks of two machines differ: a file may be dated a little later than now. */
const AHEAD_MS = 60_000;

export interface ImagesPlace {
  /** The folder of images. */
  images: string;
  /** `YYYY/MM/DD`, or `flat`. */
  layout: string;
  /** Folders whose files are no images. */
  notImages?: readonly string[];
}

export interface NewestImage {
  /** False where the folder of images does not exist. */
  isThere: boolean;
  /** Path below the folder of images. */
  newest: { place: string; at: number } | null;
  seen: number;
  ahead: number;
}

/**
 * The newest file in the folders of today and of the days beside it, in UTC: a service in another time zone files by its own
 * day. Follows no link.
 *
 * @throws HostError `UnsafeSelector` where a step to a day is a link or no folder, and for more files than can be looked at
 */
export async function findNewestImage(place: ImagesPlace, now: number, signal?: AbortSignal): Promise<NewestImage> {
  const found: NewestImage = { isThere: false, newest: null, seen: 0, ahead: 0 };
  for (const steps of foldersOf(place.layout, now)) {
    const images = await openFromRoot(place.images);
    if (images === undefined) return found;
    found.isThere = true;
    const day = await descend(images, steps, place.images);
    if (day === undefined) continue;
    try {
      await lookInto(day, steps.join('/'), place, now, found, signal);
    } finally {
      await day.close();
    }
  }
  return found;
}

/** Each once: images that lie flat have one folder for all days. */
function foldersOf(layout: string, now: number): string[][] {
  const days = [-DAY_MS, 0, DAY_MS].map((ms) => new Date(now + ms).toISOString().slice(0, 10));
  const folders = new Map(days.map((day) => [stepsTo(layout, day).join('/'), stepsTo(layout, day)]));
  return [...folders.values()];
}

async function lookInto(
  folder: SafeFolder,
  from: string,
  { images, notImages = [] }: ImagesPlace,
  now: number,
  found: NewestImage,
  signal: AbortSignal | undefined,
): Promise<void> {
  await walk(folder, {
    entries: async (_inner, entries, below) => {
      for (const { name, stat } of entries) {
        if (!stat.isFile() || isHidden(name)) continue;
        if (++found.seen > FILES_AT_MOST) throw tooMany(images);
        if (stat.mtimeMs > now + AHEAD_MS) found.ahead++;
        else if (stat.mtimeMs > (found.newest?.at ?? 0))
          found.newest = { place: join(from, join(below, name)), at: stat.mtimeMs };
      }
    },
    enters: ({ below }) => !notImages.some((place) => isAtOrBelow(path.join(images, from, below), place)),
    tooDeep: (below, deepest) => {
      throw new HostError('UnsafeSelector', `${join(from, below)}: the folders are nested deeper than ${deepest}`);
    },
    signal,
  });
}

function tooMany(images: string): HostError {
  return new HostError(
    'UnsafeSelector',
    `${images}: more than ${FILES_AT_MOST} files lie in the folders of three days`,
  );
}
