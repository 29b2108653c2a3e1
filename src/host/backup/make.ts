import type { BackupState } from '../../shared/recovery-observations';
import type { Change } from '../../shared/observations';
import { HostError, errorCode } from '../errors';
import type { Going } from '../going';
import { copyTo } from './copy';
import { forEach } from './each';
import { enterOrMake } from '../safe-folder';
import type { SafeFolder } from '../safe-folder';
import { JOURNAL, openJournal, readJournal } from './journal';
import type { Journal } from './journal';
import { FILES, MANIFEST, UNFINISHED, writeManifest } from './manifest';
import type { ManifestEntry } from './manifest';
import { backupName, unsafeBackup } from './names';
import { make, makeRoot, openSource } from './place';
import type { BackupSettings } from './place';
import { readBack } from './read-back';
import type { Bad } from './read-back';
import { empty, removeBackup, removeEmptied } from './remove';
import { checkSpace, notEnoughSpace, takeInventory } from './space';
import { observeBackup, withBackup } from './state';
import { join, walk } from './walk';
import type { Listed } from './walk';

const NOTES_AT_MOST = 10;

export interface BackupRequest extends Going {
  id: string;
  /** `YYYY-MM-DD` */
  day: string;
  host: string;
  /** Is told how many files are in the backup so far. */
  progress?: (position: { files: number }) => void;
}

/**
 * H.2: a complete backup of the day's images that was read back. One that is complete already is read back only; one
 * that was begun is finished.
 *
 * @throws HostError `NotEnoughSpace`, `UnsafeSelector`, `BackupMismatch`
 */
export async function makeBackup(settings: BackupSettings, request: BackupRequest): Promise<Change<BackupState>> {
  const before = await observeBackup(settings, request.id);
  const [path, source] = await openSource(settings, request.day);
  try {
    if (before.state === 'complete') {
      await verify(settings, request);
      return { before, after: before, changed: false, notes: [] };
    }
    if (source === undefined) {
      if (before.state === 'partial') throw sourceGone(path, before);
      const after: BackupState = { ...before, state: 'nothing' };
      return { before, after, changed: false, notes: [`${path} does not exist: nothing to back up`] };
    }
    const notes = await fill(settings, request, path, source);
    await verify(settings, request);
    return { before, after: await observeBackup(settings, request.id), changed: true, notes };
  } finally {
    await source?.close();
  }
}

function sourceGone(path: string, { path: copied, files }: BackupState): HostError {
  return new HostError('NotInDesiredState', `${path} is gone; ${files} of its files are in ${copied}, unfinished`);
}

/** Copies what is missing and writes the manifest. */
async function fill(
  settings: BackupSettings,
  request: BackupRequest,
  path: string,
  source: SafeFolder,
): Promise<string[]> {
  const { id, host, signal } = request;
  const { sizes, skipped } = await takeInventory(source, signal);
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

/** One attempt to fill a backup's folder. */
class Attempt {
  readonly notes: string[] = [];
  private readonly entries: ManifestEntry[] = [];
  private readonly reflink = { possible: true };

  constructor(
    private readonly backup: SafeFolder,
    /** By earlier attempts. */
    private readonly finished: Map<string, ManifestEntry>,
    private readonly request: BackupRequest,
  ) {}

  async copyAll(source: SafeFolder): Promise<ManifestEntry[]> {
    const unfinished = await make(this.backup, UNFINISHED);
    const files = await make(this.backup, FILES);
    const journal = openJournal(this.backup);
    try {
      await empty(unfinished, this.backup.device);
      await walk(source, {
        files: async (folder, below, found) =>
          await this.copyFolder({ folder, below, files, unfinished, journal }, found),
        skipped: () => {},
        signal: this.request.signal,
      });
      await files.handle.sync();
      await removeEmptied(this.backup, UNFINISHED);
      return [...this.entries, ...this.rescued()];
    } finally {
      journal.close();
      await Promise.all([unfinished.close(), files.close()]);
    }
  }

  private async copyFolder(from: From, found: Listed[]): Promise<void> {
    const target = await descendOrMake(from.files, from.below);
    try {
      await forEach(found, this.request.signal, async ({ name }) => {
        this.request.mayStillChange?.();
        const entry = await this.copyFile(from, target, name);
        if (entry === undefined) return this.note(`${join(from.below, name)} vanished while the backup was made`);
        this.entries.push(entry);
        this.request.progress?.({ files: this.entries.length });
      });
      await target.handle.sync();
    } finally {
      if (target !== from.files) await target.close();
    }
  }

  private async copyFile(from: From, target: SafeFolder, name: string): Promise<ManifestEntry | undefined> {
    const path = join(from.below, name);
    const file = await from.folder.open(name);
    if (file === undefined) return undefined;
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return undefined;
      const done = this.finished.get(path);
      if (done !== undefined && isSame(done, stat) && (await target.stat(name))?.size === done.size) return done;
      const place = { unfinished: from.unfinished, folder: target, name, reflink: this.reflink };
      const { torn, mtime, ...copied } = await copyTo(file, place);
      if (torn) this.note(`${path} was written while it was copied`);
      const entry = { path, ...copied, mtime: mtime.toISOString() };
      from.journal.add(entry);
      return entry;
    } finally {
      await file.close();
    }
  }

  /** Copied by an earlier attempt, and gone from the source since: the more reason to keep them. */
  private rescued(): ManifestEntry[] {
    const here = new Set(this.entries.map(({ path }) => path));
    return [...this.finished.values()].filter(({ path }) => !here.has(path));
  }

  private note(text: string): void {
    if (this.notes.length < NOTES_AT_MOST) this.notes.push(text);
  }
}

interface From {
  folder: SafeFolder;
  below: string;
  files: SafeFolder;
  unfinished: SafeFolder;
  journal: Journal;
}

function isSame(entry: ManifestEntry, stat: { size: number; mtime: Date }): boolean {
  return entry.size === stat.size && entry.mtime === stat.mtime.toISOString();
}

/** The folder `below` within `files`, made where it is missing. */
async function descendOrMake(files: SafeFolder, below: string): Promise<SafeFolder> {
  let at = files;
  for (const step of below === '' ? [] : below.split('/')) {
    const next = await enterOrMake(at, step, 0o700);
    if (at !== files) await at.close();
    if (next === undefined) throw unsafeBackup(`${step} is in the way in a backup`);
    at = next;
  }
  return at;
}

function sum(sizes: Map<string, number>): number {
  return [...sizes.values()].reduce((total, size) => total + size, 0);
}
