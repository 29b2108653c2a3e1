import path from 'node:path';
import type { BackupState, BackupSummary } from '../../shared/observations/backups';
import type { SafeFolder } from '../files/safe-folder';
import { JOURNAL, readJournal } from './journal';
import { readManifest } from './manifest';
import type { Manifest } from './manifest';
import { backupName } from './names';
import { openRoot } from './place';
import type { BackupSettings } from './place';

/** A backup's open folder, with its manifest where it is complete. */
export interface Opened {
  folder: SafeFolder;
  manifest: Manifest | undefined;
}

/** Gives `use` the backup, `undefined` when there is none, and closes it afterwards. */
export async function withBackup<T>(
  settings: BackupSettings,
  id: string,
  use: (backup: Opened | undefined) => Promise<T>,
): Promise<T> {
  const name = backupName(id);
  const root = await openRoot(settings);
  if (root === undefined) return await use(undefined);
  try {
    const folder = await root.enter(name);
    if (folder === undefined) return await use(undefined);
    try {
      return await use({ folder, manifest: await ownManifest(folder, name) });
    } finally {
      await folder.close();
    }
  } finally {
    await root.close();
  }
}

/** The manifest, where it is that of the backup with this name and was not copied here from another. */
export async function ownManifest(folder: SafeFolder, name: string): Promise<Manifest | undefined> {
  const manifest = await readManifest(folder);
  return manifest !== undefined && nameOf(manifest) === name ? manifest : undefined;
}

function nameOf({ header }: Manifest): string | undefined {
  try {
    return backupName(header.id);
  } catch {
    return undefined;
  }
}

export async function observeBackup(settings: BackupSettings, id: string): Promise<BackupState> {
  const place = path.join(settings.root, backupName(id));
  return await withBackup(settings, id, async (backup) =>
    backup === undefined
      ? { path: place, state: 'absent', files: 0, bytes: 0, manifestSha256: null }
      : await stateOf(backup, place),
  );
}

/** Newest first; what is no folder, or has no name of a backup, is left out. */
export async function listBackups(settings: BackupSettings): Promise<BackupSummary[]> {
  const root = await openRoot(settings);
  if (root === undefined) return [];
  try {
    const summaries: BackupSummary[] = [];
    for (const name of await root.names()) {
      const folder = isName(name) ? await root.enter(name) : undefined;
      if (folder === undefined) continue;
      try {
        summaries.push(await summaryOf(folder, name, path.join(settings.root, name)));
      } finally {
        await folder.close();
      }
    }
    return summaries.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  } finally {
    await root.close();
  }
}

export async function summaryOf(folder: SafeFolder, name: string, place: string): Promise<BackupSummary> {
  const manifest = await ownManifest(folder, name);
  const state = await stateOf({ folder, manifest }, place);
  if (manifest !== undefined) {
    const { id, createdAt } = manifest.header;
    return { id, createdAt: new Date(createdAt).toISOString(), ...state };
  }
  const touched = [await folder.handle.stat(), await folder.stat(JOURNAL)].map((stat) => stat?.mtimeMs ?? 0);
  return { id: name, createdAt: new Date(Math.max(...touched)).toISOString(), ...state };
}

async function stateOf({ folder, manifest }: Opened, place: string): Promise<BackupState> {
  if (manifest !== undefined) {
    const { files, bytes } = manifest.header;
    return { path: place, state: 'complete', files, bytes, manifestSha256: manifest.sha256 };
  }
  const finished = [...(await readJournal(folder)).values()];
  const bytes = finished.reduce((sum, { size }) => sum + size, 0);
  return { path: place, state: 'partial', files: finished.length, bytes, manifestSha256: null };
}

function isName(name: string): boolean {
  try {
    return backupName(name) === name;
  } catch {
    return false;
  }
}
