import type { BackupPlan, BackupState } from '../../../shared/observations/backups';
import type { Permitted } from '../../../shared/safety/permit';
import type { Change } from '../../../shared/observations/change';
import type { FileCount } from '../../../shared/observations/files';
import { makeBackup } from '../../../host/backup/make';
import { backupSettingsOf } from '../../../host/backup/place';
import { pruneBackups } from '../../../host/backup/prune';
import { planBackup } from '../../../host/backup/space';
import type { HostDeps } from '../core/deps';
import { createSerializer } from '../core/serialize';
import { asActivity } from '../core/run';

export interface BackupActivities {
  /** H.2 dry run. `day` is `YYYY-MM-DD`. */
  observeBackupPlan(input: { day: string }): Promise<BackupPlan>;
  /**
   * H.2: a complete, verified copy of the day's images under `<backup root>/<id>`. Heartbeats its position; a retry goes
   * on where the last attempt stopped. Errors: `NotEnoughSpace`, `UnsafeSelector`, `ImagesNotFound`,
   * `BackupMismatch`.
   */
  ensureBackup(input: Permitted<{ id: string; day: string }>): Promise<Change<BackupState>>;
  /** Older backups go by count and age; never the newest complete one, never the one named. */
  ensureBackupsPruned(input: Permitted<{ keep: string }>): Promise<Change<FileCount>>;
}

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
