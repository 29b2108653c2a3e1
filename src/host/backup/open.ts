import path from 'node:path';
import type { BackupVerdict, Backups } from '../../shared/observations/backups';
import type { AgentSettings } from '../agent-settings';
import { readBack } from './read-back';
import { restoreBackup } from './restore/restore';
import { backupName } from './names';
import { backupSettingsOf } from './place';
import { listBackups, summaryOf, withBackup } from './state';
import type { Opened } from './state';

const EXAMPLES_AT_MOST = 10;

/**
 * The backups of this host, for people.
 *
 * @throws HostError `NotConfigured` for a host that has no place for them
 */
export function openBackups(settings: Pick<AgentSettings, 'backup' | 'kingfisher'>): Backups {
  const backup = backupSettingsOf(settings);
  return {
    list: async () => await listBackups(backup),
    verify: async (id) => {
      return await withBackup(backup, id, async (opened) => opened && (await verdictOf(backup.root, id, opened)));
    },
    restore: async (id, options) => {
      return await withBackup(backup, id, async (opened) => {
        if (opened === undefined) return undefined;
        const verdict = await verdictOf(backup.root, id, opened);
        return await restoreBackup({ backup, kingfisher: settings.kingfisher }, opened, verdict, options);
      });
    },
  };
}

async function verdictOf(root: string, id: string, { folder, manifest }: Opened): Promise<BackupVerdict> {
  const name = backupName(id);
  const summary = await summaryOf(folder, name, path.join(root, name));
  if (manifest === undefined) return { ...summary, good: false, bad: 0, examples: ['it was never finished'] };
  const bad = await readBack(folder, manifest);
  const examples = bad.slice(0, EXAMPLES_AT_MOST).map(({ entry, why }) => `${entry.path}: ${why}`);
  return { ...summary, good: bad.length === 0, bad: bad.length, examples };
}
