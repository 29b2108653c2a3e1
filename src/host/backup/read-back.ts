import { digest } from './copy';
import { forEach } from '../each';
import type { SafeFolder } from '../files/safe-folder';
import { FILES } from './manifest';
import type { Manifest, ManifestEntry } from './manifest';

export interface Bad {
  entry: ManifestEntry;
  why: string;
}

/** A file of the backup with its open folder. */
export type UseFile = (entry: ManifestEntry, folder: SafeFolder | undefined, name: string) => Promise<void>;

/** Reads all that the manifest names, and tells what is not as it was copied. */
export async function readBack(backup: SafeFolder, manifest: Manifest, signal?: AbortSignal): Promise<Bad[]> {
  const bad: Bad[] = [];
  await eachEntry(backup, manifest, signal, async (entry, folder, name) => {
    const why = await flawOf(entry, folder, name);
    if (why !== undefined) bad.push({ entry, why });
  });
  return bad;
}

/** Goes through a manifest folder by folder, with each open only once. */
export async function eachEntry(
  backup: SafeFolder,
  manifest: Manifest,
  signal: AbortSignal | undefined,
  use: UseFile,
): Promise<void> {
  for (const [below, entries] of byFolder(manifest.entries)) {
    const folder = await enterBelow(backup, below === '' ? [FILES] : [FILES, ...below.split('/')]);
    try {
      await forEach(entries, signal, async (entry) => {
        await use(entry, folder, entry.path.slice(below === '' ? 0 : below.length + 1));
      });
    } finally {
      await folder?.close();
    }
  }
}

/** Whatever is in the way of a step, or mounted there, the folder is not there. Leaves `folder` open. */
export async function enterBelow(folder: SafeFolder, steps: string[]): Promise<SafeFolder | undefined> {
  let at: SafeFolder | undefined = folder;
  for (const step of steps) {
    const next: SafeFolder | undefined = await at.enter(step);
    if (at !== folder) await at.close();
    if (next?.mount !== folder.mount) return void (await next?.close());
    at = next;
  }
  return at;
}

export function byFolder(entries: ManifestEntry[]): Map<string, ManifestEntry[]> {
  const folders = new Map<string, ManifestEntry[]>();
  for (const entry of entries) {
    const below = entry.path.slice(0, Math.max(0, entry.path.lastIndexOf('/')));
    const there = folders.get(below);
    if (there === undefined) folders.set(below, [entry]);
    else there.push(entry);
  }
  return folders;
}

async function flawOf(entry: ManifestEntry, folder: SafeFolder | undefined, name: string): Promise<string | undefined> {
  const file = await folder?.open(name);
  if (file === undefined) return 'is missing';
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return 'is no regular file';
    if (stat.size !== entry.size) return `has ${stat.size} bytes instead of ${entry.size}`;
    return (await digest(file, stat.size)).sha256 === entry.sha256 ? undefined : 'has another content';
  } finally {
    await file.close();
  }
}
