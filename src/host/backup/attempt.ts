import type { ChangeContext } from '../fence/change-context';
import { enterOrMake } from '../files/safe-folder';
import type { SafeFolder } from '../files/safe-folder';
import { join } from '../files/walk';
import { copyTo } from './copy';
import { forEach } from '../each';
import { openJournal } from './journal';
import type { Journal } from './journal';
import { FILES, UNFINISHED } from './manifest';
import type { ManifestEntry } from './manifest';
import { unsafeBackup } from './names';
import { isForeignLink, make } from './place';
import type { Listed, Source } from './place';
import { empty, removeEmptied } from './remove';

const NOTES_AT_MOST = 10;

export interface AttemptRequest extends ChangeContext {
  /** Is told how many files are in the backup so far. */
  progress?: (position: { files: number }) => void;
}

/** One attempt to fill a backup's folder. */
export class Attempt {
  readonly notes: string[] = [];
  private readonly entries: ManifestEntry[] = [];
  private readonly reflink = { possible: true };

  constructor(
    private readonly backup: SafeFolder,
    /** By earlier attempts. */
    private readonly finished: Map<string, ManifestEntry>,
    private readonly request: AttemptRequest,
  ) {}

  async copyAll(source: Source): Promise<ManifestEntry[]> {
    const unfinished = await make(this.backup, UNFINISHED);
    const files = await make(this.backup, FILES);
    const journal = openJournal(this.backup);
    try {
      await empty(unfinished, this.backup.mount);
      await source.walk({
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
      if (!stat.isFile() || isForeignLink(stat, await from.folder.handle.stat())) return undefined;
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
