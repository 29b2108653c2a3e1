import type { z } from 'zod';
import { isLayout } from '../../shared/observations/images/image-layout';
import { valueAt } from '../load/values';
import { duration, section, size, textWhere, wholeNumber } from './nouns';
import { isBelow, ownFolder } from './paths';

const layout = textWhere(
  '"flat", or the path of a day\'s folder below that of the images, with YYYY, MM and DD, such as "YYYY/MM/DD"',
  isLayout,
);

/** `agent.backup:` where a day's images are kept. */
export const backup = section({
  // Holds one folder per backup; outside of everything that a recovery deletes.
  root: ownFolder().default('/var/backups/kingfisher'),
  // The path of a day's folder below imagesDir; or "flat": the time of writing tells the day.
  layout: layout.default('YYYY/MM/DD'),
  // Newest complete ones to keep, whatever their age.
  keepCount: wholeNumber(1, 1_000).default(3),
  keepFor: duration({ max: '3650d' }).prefault('14d'),
  // Stays free on the backup's file system.
  reserve: size().prefault('512MiB'),
}).transform(({ keepFor, reserve, ...rest }) => ({ ...rest, keepForMs: keepFor, reserveBytes: reserve }));

/** What is deleted must never hold what is kept. For the whole `agent` section. */
export function checkKept(value: unknown, context: z.core.$RefinementCtx): void {
  const root = textAt(value, ['backup', 'root']);
  const kept = [textAt(value, ['kingfisher', 'dataDir']), imagesOf(value)];
  const inTheWay = kept.find((folder) => root !== undefined && folder !== undefined && overlap(root, folder));
  if (inTheWay !== undefined) {
    const message = `must lie outside of ${inTheWay}, and not around it`;
    context.addIssue({ code: 'custom', path: ['backup', 'root'], message });
  }
  checkTempElsewhere(value, root, context);
  checkTempDirs(value, context);
}

/** Images that lie flat would all go with a folder of temporary files that is, or holds, theirs. */
function checkTempDirs(value: unknown, context: z.core.$RefinementCtx): void {
  const images = imagesOf(value);
  const dataDir = textAt(value, ['kingfisher', 'dataDir']);
  for (const [index, folder] of listAt(value, ['kingfisher', 'tempDirs']).entries()) {
    // One that is not below dataDir is refused already.
    if (typeof folder !== 'string' || images === undefined || !isBelow(folder, dataDir ?? '')) continue;
    if (folder !== images && !isBelow(images, folder)) continue;
    const message = `a clean-up of it would reach the images in ${images}; name the folder of temporary files alone`;
    context.addIssue({ code: 'custom', path: ['kingfisher', 'tempDirs', index], message });
  }
}

function checkTempElsewhere(value: unknown, root: string | undefined, context: z.core.$RefinementCtx): void {
  const own = ['dataDir', 'installDir', 'logFile'].map((key) => textAt(value, ['kingfisher', key]));
  const precious = [root, ...own, imagesOf(value)];
  for (const [index, one] of listAt(value, ['kingfisher', 'tempElsewhere']).entries()) {
    const [folder, prefix] = [textAt(one, ['folder']), textAt(one, ['prefix'])];
    if (folder === undefined || prefix === undefined) continue;
    const covered = precious.find((place) => place?.startsWith(`${folder}/${prefix}`));
    const held = root !== undefined && (folder === root || isBelow(folder, root)) ? root : undefined;
    if (covered === undefined && held === undefined) continue;
    const message = `a clean-up of ${folder}/${prefix}* would reach ${covered ?? held}`;
    context.addIssue({ code: 'custom', path: ['kingfisher', 'tempElsewhere', index], message });
  }
}

/** The folder of images, written or meant: where another key is wrong, nothing is filled in yet. */
function imagesOf(value: unknown): string | undefined {
  const dataDir = textAt(value, ['kingfisher', 'dataDir']);
  const meant = dataDir === undefined ? undefined : `${dataDir}/images`;
  return textAt(value, ['kingfisher', 'imagesDir']) ?? meant;
}

function textAt(value: unknown, path: string[]): string | undefined {
  const text = valueAt(value, path);
  return typeof text === 'string' ? text : undefined;
}

function listAt(value: unknown, path: string[]): unknown[] {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list : [];
}

function overlap(a: string, b: string): boolean {
  return a === b || isBelow(a, b) || isBelow(b, a);
}
