import type { HostDeps } from './dependencies';
import type { RecoveryActivities } from './recovery-types';
import { asActivity } from './run';

/** What the agent's own configuration says of recoveries. */
export function createRecoveryLimitActivities({
  settings,
  redact,
}: HostDeps): Pick<RecoveryActivities, 'observeRecoveryLimits'> {
  return {
    observeRecoveryLimits: asActivity(redact, async () => {
      const recovery = settings.recovery ?? null;
      if (recovery === null) return { allowed: false, permissionsLimit: 0 };
      return { allowed: true, permissionsLimit: recovery.permissionsLimit, backups: recovery.backup.root };
    }),
  };
}
