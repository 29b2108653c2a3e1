import path from 'node:path';
import { dayIn } from '../../shared/observations/images/image-layout';
import { openFromRoot } from '../files/from-root';
import { walk } from '../files/walk';
import { IMAGE } from '../images/recent-images';

const DAY_MS = 86_400_000;

export interface ImageStock {
  files: number;
  bytes: number;
  /** What was there at the end of each whole day that is seen, if nothing was removed since. Oldest first. */
  points: [at: number, value: number][];
}

interface Where {
  imagesDir: string;
  /** How images are filed by day, or `flat`. */
  layout: string;
  /** Folders that are never entered: temporary ones, the quarantine, backups. */
  leftOut: readonly string[];
  signal: AbortSignal;
  /** @default now */
  now?: number;
}

/**
 * All images and the bytes of each day, by its folder or by when they were written. Undefined where there is no such folder.
 * Reads only; no link is followed and no mount entered.
 *
 * @throws HostError `UnsafeSelector` for a folder that cannot be reached safely
 */
export async function readImageStock({
  imagesDir,
  layout,
  leftOut,
  signal,
  now = Date.now(),
}: Where): Promise<ImageStock | undefined> {
  const folder = await openFromRoot(imagesDir);
  if (folder === undefined) return undefined;
  const days = new Map<string, number>();
  let files = 0;
  try {
    await walk(folder, {
      entries: async (_inner, entries, below) => {
        for (const { name, stat } of entries) {
          if (!stat.isFile() || !IMAGE.test(name)) continue;
          const day = dayIn(layout, below) ?? stat.mtime.toISOString().slice(0, 10);
          days.set(day, (days.get(day) ?? 0) + stat.size);
          files += 1;
        }
      },
      enters: ({ below, isMounted }) => !isMounted && !leftOut.includes(path.join(imagesDir, below)),
      tooDeep: () => {},
      signal,
    });
  } finally {
    await folder.close();
  }
  const bytes = [...days.values()].reduce((sum, one) => sum + one, 0);
  return { files, bytes, points: pointsOf(days, now) };
}

/** Today is not over: it does not say what a day brings. */
function pointsOf(days: Map<string, number>, now: number): [number, number][] {
  const today = new Date(now).toISOString().slice(0, 10);
  const whole = [...days]
    .filter(([day]) => day < today && !Number.isNaN(Date.parse(day)))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  let sum = 0;
  return whole.map(([day, bytes]) => [Date.parse(day) + DAY_MS, (sum += bytes)]);
}
