import { z } from 'zod';
import { isLayout } from '../../shared/image-layout';
import { isMapping, valueAt } from '../values';
import { duration, section, size, someText, textWhere, wholeNumber } from './nouns';
import { isBelow, ownFolder, systemUser } from './paths';

/** System folders that everybody may write to: what is ours there is told by the start of its name and its owner. */
const SHARED_TEMPORARY = ['/tmp', '/var/tmp'];

const temporaryFolder = z.union([z.enum(SHARED_TEMPORARY), ownFolder()], {
  error: `expected ${SHARED_TEMPORARY.join(', ')}, or a folder of KingFisher's own`,
});

/** Short ones, or none, would select what belongs to others. */
const namePrefix = textWhere('the start of a file name, at least 3 letters, digits, ".", "_" or "-"', (text) =>
  /^[A-Za-z0-9_][A-Za-z0-9._-]{2,63}$/.test(text),
);

const keyPrefix = textWhere('the start of a key without "*", "?", "[" and "\\"', (text) =>
  /^[^*?[\]\\\s]+$/.test(text),
);

const groupName = textWhere('a group name', (text) => /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(text));

const layout = textWhere(
  '"flat", or the path of a day\'s folder below that of the images, with YYYY, MM and DD, such as "YYYY/MM/DD"',
  isLayout,
);

const backup = section({
  root: ownFolder().default('/var/backups/kingfisher'),
  // Where absent: images below dataDir.
  images: ownFolder().optional(),
  layout: layout.default('YYYY/MM/DD'),
  keepCount: wholeNumber(1, 1_000).default(3),
  keepFor: duration({ max: '3650d' }).prefault('14d'),
  reserve: size().prefault('512MiB'),
}).transform(({ keepFor, reserve, ...rest }) => ({ ...rest, keepForMs: keepFor, reserveBytes: reserve }));

/** `agent.recovery:` what a full recovery may touch besides. */
export const recovery = section({
  backup: backup.prefault({}),
  owner: section({ user: systemUser().default('kingfisher'), group: groupName.default('kingfisher') }).prefault({}),
  permissionsLimit: wholeNumber(1, 10_000_000).default(10_000),
  permissionsApprovedLimit: wholeNumber(1, 10_000_000).default(1_000_000),
  temporary: z
    .array(section({ folder: temporaryFolder, prefix: namePrefix }))
    .default([{ folder: '/tmp', prefix: 'kingfisher-' }]),
  rateLimits: section({
    database: wholeNumber(0, 65_535).default(1),
    prefix: keyPrefix.default('ratelimit:'),
  }).prefault({}),
  exchanges: z.array(someText('the name of an exchange')).default([]),
});

/** What a recovery deletes must never hold what it keeps. For the whole `agent` section. */
export function checkRecovery(value: unknown, context: z.core.$RefinementCtx): void {
  const root = valueAt(value, ['recovery', 'backup', 'root']);
  if (typeof root !== 'string') return;
  const dataDir = valueAt(value, ['kingfisher', 'dataDir']);
  const images = valueAt(value, ['recovery', 'backup', 'images']);
  const inTheWay = [dataDir, images].find((folder) => typeof folder === 'string' && overlap(root, folder));
  if (inTheWay !== undefined) {
    const message = `must lie outside of ${String(inTheWay)}, and not around it`;
    context.addIssue({ code: 'custom', path: ['recovery', 'backup', 'root'], message });
  }
  checkTemporary(value, root, context);
  checkTempDirs(value, context);
}

/** Images that lie flat would all go with a folder of temporary files that is, or holds, theirs. */
function checkTempDirs(value: unknown, context: z.core.$RefinementCtx): void {
  const images = imagesOf(value);
  const tempDirs = valueAt(value, ['kingfisher', 'tempDirs']);
  for (const [index, folder] of (Array.isArray(tempDirs) ? tempDirs : []).entries()) {
    if (typeof folder !== 'string' || images === undefined) continue;
    if (folder !== images && !isBelow(images, folder)) continue;
    const message = `a clean-up of it would reach the images in ${images}; name the folder of temporary files alone`;
    context.addIssue({ code: 'custom', path: ['kingfisher', 'tempDirs', index], message });
  }
}

/** The folder of images, written or meant. */
function imagesOf(value: unknown): string | undefined {
  const written = valueAt(value, ['recovery', 'backup', 'images']);
  const dataDir = valueAt(value, ['kingfisher', 'dataDir']);
  if (typeof written === 'string') return written;
  return typeof dataDir === 'string' ? `${dataDir}/images` : undefined;
}

function checkTemporary(value: unknown, root: string, context: z.core.$RefinementCtx): void {
  const temporary = valueAt(value, ['recovery', 'temporary']);
  const precious = [
    root,
    ...['dataDir', 'installDir', 'logFile'].map((key) => valueAt(value, ['kingfisher', key])),
    imagesOf(value),
  ];
  for (const [index, one] of (Array.isArray(temporary) ? temporary : []).entries()) {
    const [folder, prefix] = [valueAt(one, ['folder']), valueAt(one, ['prefix'])];
    if (typeof folder !== 'string' || typeof prefix !== 'string') continue;
    const covered = precious.find((place) => typeof place === 'string' && place.startsWith(`${folder}/${prefix}`));
    const held = folder === root || isBelow(folder, root) ? root : undefined;
    if (covered === undefined && held === undefined) continue;
    const message = `a clean-up of ${folder}/${prefix}* would reach ${String(covered ?? held)}`;
    context.addIssue({ code: 'custom', path: ['recovery', 'temporary', index], message });
  }
}

/** The folder of images that is meant where none is written. */
export function withImages<
  B extends { images?: string | undefined },
  R extends { backup: B },
  A extends { kingfisher: { dataDir: string }; recovery: R | null },
>(value: A) {
  const { recovery: written, kingfisher } = value;
  if (written === null) return { ...value, recovery: null };
  const images = written.backup.images ?? `${kingfisher.dataDir}/images`;
  return { ...value, recovery: { ...written, backup: { ...written.backup, images } } };
}

/** Whether the whole value is there to be compared. */
export function isWhole({ value }: { value: unknown }): boolean {
  return isMapping(value) && isMapping(value.kingfisher);
}

function overlap(a: string, b: string): boolean {
  return a === b || isBelow(a, b) || isBelow(b, a);
}
