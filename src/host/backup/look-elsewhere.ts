import {
  FLAT,
  isAtOrBelow,
  isBesideDay,
  isHidden,
  isInDay,
  isOfDay,
  stepsTo,
} from '../../shared/observations/images/image-layout';
import { openFromRoot } from '../files/from-root';
import type { SafeFolder } from '../files/safe-folder';
import { join } from '../files/walk';
import { isNoImages, walkImages } from './place';
import type { BackupSettings } from './place';

/** How images are filed. */
type FiledImages = Pick<BackupSettings, 'images' | 'layout' | 'notImages'>;

/** What lies in the folder of images where the layout finds none of the day. */
interface Elsewhere {
  /** Something is in a folder of another day: the layout is right. */
  fits: boolean;
  /** A file, or a link or special file, that is in no folder of a day. */
  misfit?: string;
  /** A file that was written on the day, and is not in its folder. */
  ofDay?: string;
}

/**
 * Why no image of the day was found, where that does not mean that there is none: the folder of images is missing, or its
 * files lie in another layout. `undefined` where it is truly empty, or has images of other days alone.
 */
export async function imagesNotFound(
  settings: FiledImages,
  day: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { images, layout } = settings;
  const folder = await openFromRoot(images);
  if (folder === undefined) {
    return `the folder of images ${images} does not exist; set kingfisher.imagesDir to it, or make it where there are no images yet`;
  }
  try {
    const found = await lookElsewhere(folder, settings, day, signal);
    const example = found.ofDay ?? (found.fits ? undefined : found.misfit);
    if (example === undefined) return undefined;
    const instead = layout === FLAT ? '"YYYY/MM/DD"' : `"${FLAT}"`;
    return (
      `no image of ${day} lies in ${images} as backup.layout ("${layout}") says, but ${example} does lie there; ` +
      `set the layout to how images are filed (such as ${instead}), or kingfisher.imagesDir to their folder`
    );
  } finally {
    await folder.close();
  }
}

async function lookElsewhere(
  images: SafeFolder,
  settings: FiledImages,
  day: string,
  signal?: AbortSignal,
): Promise<Elsewhere> {
  const { layout } = settings;
  const own = stepsTo(layout, day).join('/');
  const found: Elsewhere = { fits: false };
  await walkImages(images, {
    enters: async (below, inner) => {
      if (isNoImages(settings, below)) return false;
      if (!isInDay(layout, below) || layout === FLAT) return true;
      if (isAtOrBelow(below, own) || isBesideDay(layout, day, below)) return true;
      // Years of other days: one look tells that they are filed so.
      if (!found.fits) found.fits = (await inner.names()).length > 0;
      return false;
    },
    files: async (_folder, below, files) => {
      for (const { name, mtimeMs } of files) {
        if (isHidden(name)) continue;
        if (isInDay(layout, below)) found.fits = true;
        else found.misfit ??= join(below, name);
        // What is there by now arrived while we looked.
        const isWhereItBelongs = layout === FLAT || isAtOrBelow(below, own);
        if (!isWhereItBelongs && isOfDay(mtimeMs, day)) found.ofDay ??= join(below, name);
      }
    },
    skipped: (place) => {
      const told = `${place} (a link or special file)`;
      if (own !== '' && isAtOrBelow(place, own)) found.ofDay ??= told;
      else found.misfit ??= told;
    },
    signal,
  });
  return found;
}
