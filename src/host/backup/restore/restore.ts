import path from 'node:path';
import type { FileHandle } from 'node:fs/promises';
import type { BackupVerdict, RestoreOptions, RestoreResult } from '../../../shared/observations/backups';
import { forEach } from '../../each';
import { ownerOf } from '../../files/owner';
import type { Owner } from '../../files/permissions-wanted';
import type { SafeFolder } from '../../files/safe-folder';
import { copyTo, digest } from '../copy';
import type { ManifestEntry } from '../manifest';
import { unsafeBackup } from '../names';
import { byFolder, eachEntry } from '../read-back';
import type { Opened } from '../state';
import { furnish } from './furnish';
import { descendTo, openTarget, targetOf } from './target';
import type { RestoreSettings } from './target';

const EXAMPLES_AT_MOST = 10;

type Fate = 'restore' | 'same' | 'newer' | 'inTheWay';

/**
 * Puts back what is missing or different. Writes through descriptors, and a file gets its name when it is whole.
 *
 * @throws HostError `UnsafeSelector` for a target that cannot be reached safely or lies among the backups; `NotConfigured`
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
  const owner = dryRun ? undefined : await ownerOf(settings.kingfisher.owner);
  const root = await openTarget(target, settings, { backup, making: dryRun ? undefined : { owner } });
  try {
    for (const [below, entries] of byFolder(manifest.entries)) {
      const steps = below === '' ? [] : below.split('/');
      const at = await descendTo(root, steps, dryRun ? undefined : { owner }, root?.mount);
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
    const at = await descendTo(root, below, { owner }, root.mount);
    try {
      if (typeof at !== 'object') throw unsafeBackup(`something came in the way of ${entry.path}`);
      const finish = async (file: FileHandle) => await furnish({ file, folder: at, name, owner });
      await copyTo(source, { unfinished: at, folder: at, name, reflink, furnish: finish });
    } finally {
      await source.close();
      if (typeof at === 'object' && at !== root) await at.close();
    }
  });
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
    const why = isNewer
      ? 'was written after the backup'
      : 'is a link, a folder, a special file or a mount, or below one';
    if (result.examples.length < EXAMPLES_AT_MOST) result.examples.push(`${entry.path}: ${why}`);
  }
}
