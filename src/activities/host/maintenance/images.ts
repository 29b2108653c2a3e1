import { HostError } from '../../../host/errors';
import { writersOf } from '../../../host/files/writers';
import { countOldImages, removeOldImages } from '../../../host/maintenance/old-images';
import type { ImageCount, ImageRetention } from '../../../host/maintenance/old-images';
import { notConfigured } from '../../../host/services/service-managers';
import type { Change } from '../../../shared/observations/change';
import type { FileCount } from '../../../shared/observations/files';
import type { OldImages } from '../../../shared/observations/maintenance';
import type { Permitted } from '../../../shared/safety/permit';
import type { ChangeRun } from '../core/change';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';
import { createSerializer } from '../core/serialize';

const NOTE_CHARACTERS = 300;
/** How images are filed where no backup says it. */
const USUAL_LAYOUT = 'YYYY/MM/DD';

export interface RemovalRequest {
  /** Of the count that it follows: no image becomes old while people think. Nothing younger goes, whatever is asked. */
  writtenBefore: string;
  /** So many were approved; null where nobody was asked. */
  approved: number | null;
}

export interface OldImageActivities {
  /** G.2 dry run: images older than the host's own `olderThan`. */
  observeOldImages(): Promise<OldImages>;
  /** G.2: none of them is left. More than the limit, or than were approved, are refused: `UnsafeSelector`. */
  ensureOldImagesRemoved(input: Permitted<RemovalRequest>): Promise<Change<FileCount>>;
}

/** G.2: `find data/images/ -name "*.jpg" -mtime +7 -delete`, of whole days that are old. */
export function createOldImageActivities(deps: HostDeps): OldImageActivities {
  const { settings, redact, asChange } = deps;
  const inTurn = createSerializer();
  const told = (notes: string[]) => notes.map((note) => redact(note, NOTE_CHARACTERS));
  return {
    observeOldImages: asActivity(redact, async ({ signal }) => {
      const { olderThanMs, limit, approvedLimit } = retentionOf(deps);
      const writtenBefore = Date.now() - olderThanMs;
      const found = await countOldImages({ ...(await whereOf(deps)), writtenBefore, signal });
      const { files, bytes, notes } = found;
      return { files, bytes, limit, approvedLimit, writtenBefore: iso(writtenBefore), notes: told(notes) };
    }),
    ensureOldImagesRemoved: asChange('ensureOldImagesRemoved', async (run, request) => {
      retentionOf(deps);
      const change = await inTurn(settings.host, async () => await ensureRemoved(deps, run, request));
      return { ...change, notes: told(change.notes) };
    }),
  };
}

async function ensureRemoved(
  deps: HostDeps,
  { signal, mayStillChange }: ChangeRun,
  { writtenBefore: asked, approved }: RemovalRequest,
): Promise<Change<FileCount>> {
  const { olderThanMs, limit, approvedLimit } = retentionOf(deps);
  const most = Math.min(Date.parse(asked), Date.now() - olderThanMs);
  if (Number.isNaN(most)) throw unsafe(`"${asked}" is no moment`);
  const what: ImageRetention = { ...(await whereOf(deps)), writtenBefore: most, signal, mayStillChange };
  const before = await countOldImages(what);
  const atMost = Math.max(limit, Math.min(approved ?? 0, approvedLimit));
  if (before.files > atMost) {
    throw unsafe(`${before.files} old images are more than ${atMost} (agent.maintenance.images: limit, or approved)`);
  }
  const removed = await removeOldImages(what, atMost);
  const after = await countOldImages(what);
  if (after.files > 0) throw notAllGone(after, removed);
  return { before: sizeOf(before), after: sizeOf(after), changed: removed.files > 0, notes: after.notes };
}

function notAllGone(after: ImageCount, { notes }: ImageCount): HostError {
  const why = notes.length === 0 ? 'others may have been written meanwhile' : notes.slice(0, 3).join('; ');
  return new HostError('NotInDesiredState', `${after.files} old images are still there: ${why}`);
}

function retentionOf({ settings }: HostDeps) {
  const { images } = settings.maintenance;
  if (images === null) throw notConfigured('maintenance.images');
  return images;
}

/** The service's own folders that are no images of a day are never entered. */
async function whereOf({ settings }: HostDeps) {
  const { imagesDir, tempDirs, quarantineDir } = settings.kingfisher;
  const { backup, kingfisher } = settings;
  return {
    imagesDir,
    layout: backup?.layout ?? USUAL_LAYOUT,
    writers: await writersOf(kingfisher),
    leftOut: [...tempDirs, quarantineDir, ...(backup === null ? [] : [backup.root])],
  };
}

function sizeOf({ files, bytes }: FileCount): FileCount {
  return { files, bytes };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function unsafe(why: string): HostError {
  return new HostError('UnsafeSelector', `${why}; nothing was removed`);
}
