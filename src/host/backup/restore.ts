import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { FileHandle } from 'node:fs/promises';
import type { BackupVerdict, RestoreOptions, RestoreResult } from '../../shared/observations/backups';
import type { OwnerSettings } from '../agent-settings';
import { copyTo, digest } from './copy';
import { forEach } from '../each';
import { openFolder } from '../files/safe-folder';
import type { SafeFolder } from '../files/safe-folder';
import type { ManifestEntry } from './manifest';
import { isWithin, unsafeBackup } from './names';
import { ownerOf } from '../files/owner';
import type { Owner } from '../files/owner';
import type { BackupSettings } from './place';
import { byFolder, eachEntry } from './read-back';
import type { Opened } from './state';

const EXAMPLES_AT_MOST = 10;
const FOLDER_MODE = 0o755;
const FILE_MODE = 0o644;

interface RestoreSettings {
  backup: BackupSettings;
  /** Who restored files belong to. */
  owner: OwnerSettings | null;
}

type Fate = 'restore' | 'same' | 'newer' | 'inTheWay';

/**
 * Puts back what is missing or different. Writes through descriptors, and a file gets its name when it is whole.
 *
 * @throws HostError `UnsafeSelector` for a target that is not a plain folder or lies among the backups; `NotConfigured`
 */
export async function restoreBackup(
  settings: RestoreSettings,
  { folder: backup, manifest }: Opened,
  verdict: BackupVerdict,
  options: RestoreOptions,
): Promise<RestoreResult> {
  // Without a manifest nobody knows where it belongs, and nothing is restored.
  const target = manifest === undefined ? (options.to ?? '') : targetOf(settings, manifest.header.source, options.to);
  const { dryRun } = options;
  const result: RestoreResult = { id: verdict.id, target, dryRun, verdict, ...NOTHING, examples: [] };
  if (!verdict.good || manifest === undefined) return result;
  const fates = new Map<string, Fate>();
  const owner = dryRun ? undefined : await ownerOf(settings.owner);
  const root = dryRun ? await openFolder(target) : await makeTarget(target, settings, owner);
  try {
    for (const [below, entries] of byFolder(manifest.entries)) {
      const steps = below === '' ? [] : below.split('/');
      const at = await descendTo(root, steps, dryRun ? undefined : { owner });
      await forEach(entries, undefined, async (entry) => {
        const fate = at === 'inTheWay' ? at : await fateOf(entry, at, path.basename(entry.path), options.overwrite);
        fates.set(entry.path, fate);
        count(result, entry, fate);
      });
      if (typeof at === 'object' && at !== root) await at.close();
    }
    if (!dryRun && root !== undefined) await writeAll(backup, manifest, root, fates, owner);
    return result;
  } finally {
    await root?.close();
  }
}

const NOTHING = { restored: 0, restoredBytes: 0, same: 0, keptNewer: 0, inTheWay: 0 };

/** Only what the configuration names, or the person at the keyboard. */
function targetOf({ backup }: RestoreSettings, source: string, to: string | undefined): string {
  const target = to ?? source;
  if (!path.isAbsolute(target) || path.resolve(target) !== target || target === '/') {
    throw unsafeBackup(`"${target}" is not the plain absolute path of a folder`);
  }
  if (to === undefined && !isWithin(source, backup.images)) {
    throw unsafeBackup(`the backup is of ${source}, which is not below ${backup.images}; say --to`);
  }
  if (isWithin(target, backup.root)) throw unsafeBackup(`${target} lies among the backups`);
  return target;
}

/** The original folder is made step by step below the folder of images, which others may write to. */
async function makeTarget(target: string, { backup }: RestoreSettings, owner: Owner | undefined): Promise<SafeFolder> {
  const base = isWithin(target, backup.images) ? backup.images : target;
  const isNew = (await mkdir(base, { recursive: true, mode: FOLDER_MODE })) !== undefined;
  const folder = await openFolder(base);
  if (folder === undefined) throw unsafeBackup(`${base} is gone again`);
  if (isNew && owner !== undefined) await folder.handle.chown(owner.uid, owner.gid);
  const at = await descendTo(folder, path.relative(base, target).split('/').filter(Boolean), { owner });
  if (at !== folder) await folder.close();
  if (typeof at === 'object') return at;
  throw unsafeBackup(`a link or file is on the way to ${target}`);
}

/** Goes down, and makes what is missing where `making` says for whom. Leaves `folder` open. */
async function descendTo(
  folder: SafeFolder | undefined,
  steps: string[],
  making: { owner: Owner | undefined } | undefined,
): Promise<SafeFolder | 'inTheWay' | undefined> {
  let at = folder;
  for (const step of at === undefined ? [] : steps) {
    const next: SafeFolder | 'inTheWay' | undefined = await enterStep(at!, step, making);
    if (at !== folder) await at!.close();
    if (typeof next !== 'object') return next;
    at = next;
  }
  return at;
}

async function enterStep(at: SafeFolder, step: string, making: { owner: Owner | undefined } | undefined) {
  const there = await at.enter(step);
  if (there !== undefined) return there;
  if ((await at.stat(step)) !== undefined) return 'inTheWay';
  if (making === undefined) return undefined;
  await at.makeFolder(step, 0o700);
  const made = await at.enter(step);
  if (made === undefined) return 'inTheWay';
  await made.handle.chmod(FOLDER_MODE);
  if (making.owner !== undefined) await made.handle.chown(making.owner.uid, making.owner.gid);
  return made;
}

async function fateOf(
  entry: ManifestEntry,
  folder: SafeFolder | undefined,
  name: string,
  overwrite: boolean,
): Promise<Fate> {
  const stat = await folder?.stat(name);
  if (stat === undefined) return 'restore';
  const file = stat.isFile() ? await folder?.open(name) : undefined;
  if (file === undefined) return 'inTheWay';
  try {
    const isSame = stat.size === entry.size && (await digest(file, stat.size)).sha256 === entry.sha256;
    if (isSame) return 'same';
    // To the millisecond, which is what the manifest keeps.
    return !overwrite && Math.floor(stat.mtimeMs) > Date.parse(entry.mtime) ? 'newer' : 'restore';
  } finally {
    await file.close();
  }
}

async function writeAll(
  backup: SafeFolder,
  manifest: NonNullable<Opened['manifest']>,
  root: SafeFolder,
  fates: Map<string, Fate>,
  owner: Owner | undefined,
): Promise<void> {
  const entries = manifest.entries.filter(({ path: name }) => fates.get(name) === 'restore');
  const reflink = { possible: true };
  await eachEntry(backup, { ...manifest, entries }, undefined, async (entry, from, name) => {
    const source = await from?.open(name);
    if (source === undefined) throw new Error(`${entry.path} vanished from the backup`);
    const below = entry.path.split('/').slice(0, -1);
    const at = await descendTo(root, below, { owner });
    try {
      if (typeof at !== 'object') throw unsafeBackup(`something came in the way of ${entry.path}`);
      await copyTo(source, { unfinished: at, folder: at, name, reflink, furnish: (file) => furnish(file, owner) });
    } finally {
      await source.close();
      if (typeof at === 'object' && at !== root) await at.close();
    }
  });
}

async function furnish(file: FileHandle, owner: Owner | undefined): Promise<void> {
  if (owner !== undefined) await file.chown(owner.uid, owner.gid);
  await file.chmod(FILE_MODE);
}

function count(result: RestoreResult, entry: ManifestEntry, fate: Fate): void {
  if (fate === 'same') result.same++;
  else if (fate === 'restore') {
    result.restored++;
    result.restoredBytes += entry.size;
  } else {
    const isNewer = fate === 'newer';
    if (isNewer) result.keptNewer++;
    else result.inTheWay++;
    const why = isNewer ? 'was written after the backup' : 'is a link, a folder or a special file, or below one';
    if (result.examples.length < EXAMPLES_AT_MOST) result.examples.push(`${entry.path}: ${why}`);
  }
}
