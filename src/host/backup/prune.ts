import type { Change } from '../../shared/observations/change';
import type { FileCount } from '../../shared/observations/files';
import type { BackupSummary } from '../../shared/observations/backups';
import { errorText } from '../errors';
import type { ChangeContext } from '../fence/change-context';
import { JOURNAL } from './journal';
import { FILES, UNFINISHED } from './manifest';
import { backupName, isOurName } from './names';
import type { BackupSettings } from './place';
import { openRoot } from './place';
import { enterBelow } from './read-back';
import { removeBackup } from './remove';
import { listBackups } from './state';

const DAY_MS = 86_400_000;
const OURS = new Set([FILES, UNFINISHED, JOURNAL]);

/**
 * H.2: complete backups beyond the newest `keepCount` go when they are older than `keepForMs`, unfinished ones after a
 * day. The newest complete one and `keep` stay whatever their age. What cannot be removed stays and is noted.
 */
export async function pruneBackups(
  settings: BackupSettings,
  keep: string,
  { signal, mayStillChange }: ChangeContext = {},
): Promise<Change<FileCount>> {
  const kept = backupName(keep);
  const outdated = async () => {
    const found = outdatedOf(await listBackups(settings), settings, Date.now());
    return found.filter(({ id }) => backupName(id) !== kept);
  };
  const found = await outdated();
  if (found.length === 0) return { before: count([]), after: count([]), changed: false, notes: [] };
  const notes: string[] = [];
  for (const backup of found) {
    mayStillChange?.();
    await remove(settings, backup, notes, signal);
  }
  // By id: one that was in use by nobody a moment ago may have become outdated meanwhile, and is left for the next time.
  const left = (await outdated()).filter(({ id }) => found.some((one) => one.id === id));
  return { before: count(found), after: count(left), changed: left.length < found.length, notes };
}

/** @param backups newest first */
export function outdatedOf(backups: BackupSummary[], settings: BackupSettings, now: number): BackupSummary[] {
  const age = ({ createdAt }: BackupSummary) => now - Date.parse(createdAt);
  const complete = backups.filter(({ state }) => state === 'complete');
  const older = complete.slice(Math.max(1, settings.keepCount)).filter((one) => age(one) > settings.keepForMs);
  const unfinished = backups.filter((one) => one.state === 'partial' && isOurName(one.id) && age(one) > DAY_MS);
  return [...older, ...unfinished];
}

async function remove(
  settings: BackupSettings,
  backup: BackupSummary,
  notes: string[],
  signal?: AbortSignal,
): Promise<void> {
  const name = backupName(backup.id);
  const root = await openRoot(settings);
  try {
    if (root === undefined) return;
    const folder = await enterBelow(root, [name]);
    const strange = (await folder?.names())?.find((one) => !isOurs(one));
    await folder?.close();
    if (backup.state === 'partial' && strange !== undefined) {
      notes.push(`${backup.path} was left: ${strange} in it is not of a backup`);
    } else await removeBackup(root, name, signal);
  } catch (err) {
    signal?.throwIfAborted();
    notes.push(`${backup.path} was left: ${errorText(err)}`);
  } finally {
    await root?.close();
  }
}

function isOurs(name: string): boolean {
  return OURS.has(name) || name.startsWith('.manifest-');
}

function count(backups: BackupSummary[]): FileCount {
  const add = (sum: FileCount, { files, bytes }: FileCount) => ({ files: sum.files + files, bytes: sum.bytes + bytes });
  return backups.reduce(add, { files: 0, bytes: 0 });
}
