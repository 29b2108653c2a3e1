import { makeBackup } from '../../host/backup/make';
import { backupSettingsOf } from '../../host/backup/place';
import { pruneBackups } from '../../host/backup/prune';
import { planBackup } from '../../host/backup/space';
import type { HostDeps } from './core/deps';
import { createSerializer } from './core/serialize';
import type { RecoveryActivities } from './recovery-types';
import { asActivity } from './core/run';

type BackupActivities = Pick<RecoveryActivities, 'observeBackupPlan' | 'ensureBackup' | 'ensureBackupsPruned'>;

/** H.2: the day's images, kept where no recovery deletes. */
export function createBackupActivities({ settings, redact, asChange }: HostDeps): BackupActivities {
  const inTurn = createSerializer();
  return {
    observeBackupPlan: asActivity(redact, async ({ signal }, { day }) => {
      return await planBackup(backupSettingsOf(settings), day, signal);
    }),
    // The journal beside the copies knows where it is, even after a kill -9: the heartbeat tells people.
    ensureBackup: asChange('ensureBackup', async ({ signal, mayStillChange, remember }, { id, day }) => {
      const request = { id, day, host: settings.host, signal, mayStillChange, progress: remember };
      return await inTurn('backups', async () => await makeBackup(backupSettingsOf(settings), request));
    }),
    ensureBackupsPruned: asChange('ensureBackupsPruned', async (run, { keep }) => {
      return await inTurn('backups', async () => await pruneBackups(backupSettingsOf(settings), keep, run));
    }),
  };
}
