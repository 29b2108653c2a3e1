import type { BackupState } from '../../shared/observations/backups';
import type { Change } from '../../shared/observations/change';
import { HostError, errorCode } from '../errors';
import type { SafeFolder } from '../files/safe-folder';
import { Attempt } from './attempt';
import type { AttemptRequest } from './attempt';
import { JOURNAL, openJournal, readJournal } from './journal';
import { imagesNotFound } from './look-elsewhere';
import { MANIFEST, writeManifest } from './manifest';
import type { ManifestEntry } from './manifest';
import { backupName } from './names';
import { make, makeRoot, openSource } from './place';
import type { BackupSettings, Source } from './place';
import { readBack } from './read-back';
import type { Bad } from './read-back';
import { removeBackup } from './remove';
import { checkSpace, hasNoImages, notEnoughSpace, takeInventory } from './space';
import type { Inventory } from './space';
import { observeBackup, withBackup } from './state';

export interface BackupRequest extends AttemptRequest {
  id: string;
  /** `YYYY-MM-DD` */
  day: string;
  host: string;
}

/**
 * H.2: a complete backup of the day's images that was read back. One that is complete already is read back only; one
 * that was begun is finished.
 *
 * @throws HostError `NotEnoughSpace`, `UnsafeSelector`, `ImagesNotFound`, `BackupMismatch`
 */
export async function makeBackup(settings: BackupSettings, request: BackupRequest): Promise<Change<BackupState>> {
  const before = await observeBackup(settings, request.id);
  const source = await openSource(settings, request.day);
  try {
    if (before.state === 'complete') {
      await verify(settings, request);
      return { before, after: before, changed: false, notes: [] };
    }
    if (source.folder === undefined && before.state === 'partial') throw sourceGone(source.path, before);
    const inventory = await takeInventory(source, request.signal);
    if (hasNoImages(inventory) && before.state === 'absent') return await nothing(settings, request, source, before);
    const notes = await fill(settings, request, source, inventory);
    await verify(settings, request);
    return { before, after: await observeBackup(settings, request.id), changed: true, notes };
  } finally {
    await source.folder?.close();
  }
}

/** There is no image of the day. Only where that is known to be so: otherwise people would lose what nobody looked for. */
async function nothing(
  settings: BackupSettings,
  { day, signal }: BackupRequest,
  { path, folder }: Source,
  before: BackupState,
): Promise<Change<BackupState>> {
  const obstacle = await imagesNotFound(settings, day, signal);
  if (obstacle !== undefined) throw new HostError('ImagesNotFound', obstacle);
  const why = folder === undefined ? 'does not exist' : 'has no image of the day';
  const after: BackupState = { ...before, state: 'nothing' };
  return { before, after, changed: false, notes: [`${path} ${why}: nothing to back up`] };
}

function sourceGone(path: string, { path: copied, files }: BackupState): HostError {
  return new HostError('NotInDesiredState', `${path} is gone; ${files} of its files are in ${copied}, unfinished`);
}

/** Copies what is missing and writes the manifest. */
async function fill(
  settings: BackupSettings,
  request: BackupRequest,
  source: Source,
  { sizes, skipped }: Inventory,
): Promise<string[]> {
  const { id, host } = request;
  const { path } = source;
  const finished = await withBackup(settings, id, async (it) => (it ? await readJournal(it.folder) : new Map()));
  await checkSpace(
    settings,
    [...sizes].filter(([name]) => !finished.has(name)).map(([, size]) => size),
  );
  const root = await makeRoot(settings);
  try {
    const backup = await make(root, backupName(id));
    const attempt = new Attempt(backup, finished, request);
    try {
      const entries = await attempt.copyAll(source);
      const createdAt = new Date().toISOString();
      await writeManifest(backup, { id, host, source: path, createdAt, skipped }, entries);
      await root.handle.sync();
      await backup.remove(JOURNAL);
    } finally {
      await backup.close();
    }
    const left = skipped === 0 ? [] : [`${skipped} links and special files were left out`];
    return [...left, ...attempt.notes];
  } catch (err) {
    if (!['ENOSPC', 'EDQUOT'].includes(errorCode(err))) throw err;
    await removeBackup(root, backupName(id));
    throw notEnoughSpace(
      `${settings.root} ran full while ${path} was copied (${sum(sizes)} bytes); what was copied is removed`,
    );
  } finally {
    await root.close();
  }
}

/** @throws HostError `BackupMismatch` after the bad files were taken out, so that the next attempt copies them again. */
async function verify(settings: BackupSettings, { id, signal }: BackupRequest): Promise<void> {
  await withBackup(settings, id, async (backup) => {
    if (backup?.manifest === undefined) throw new HostError('BackupMismatch', `the backup ${id} has no manifest`);
    const { folder, manifest } = backup;
    const bad = await readBack(folder, manifest, signal);
    if (bad.length === 0) return;
    await reopen(folder, manifest.entries, bad);
    const [first] = bad;
    const more = bad.length === 1 ? '' : ` (and ${bad.length - 1} more)`;
    throw new HostError('BackupMismatch', `the backup's ${first?.entry.path} ${first?.why}${more}; it is copied again`);
  });
}

/** Makes a complete backup an unfinished one, without its bad files. */
async function reopen(backup: SafeFolder, entries: ManifestEntry[], bad: Bad[]): Promise<void> {
  const isBad = new Set(bad.map(({ entry }) => entry));
  await backup.remove(JOURNAL);
  const journal = openJournal(backup);
  try {
    for (const entry of entries) if (!isBad.has(entry)) journal.add(entry);
  } finally {
    journal.close();
  }
  await backup.remove(MANIFEST);
}

function sum(sizes: Map<string, number>): number {
  return [...sizes.values()].reduce((total, size) => total + size, 0);
}
