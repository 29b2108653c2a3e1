import type { BackupPlan, BackupState } from '../../../shared/observations/backups';
import type { Change } from '../../../shared/observations/change';
import type { HostSteps, StepReport } from '../../runbook/host-steps';
import { describeFiles } from '../files';
import { size } from '../../../shared/text/sizes';

/** Undefined when there is no good backup: then nothing may be destroyed. */
export async function backUp(id: string, day: string, steps: HostSteps): Promise<Change<BackupState> | undefined> {
  const backup = await steps.tryAct(
    { cite: 'H.2', title: 'Back up today’s images' },
    {},
    (host, permit) => host.ensureBackup({ id, day, permit }),
    describeBackup,
  );
  if (backup?.after.state === 'complete') {
    await steps.tryAct(
      { cite: 'H.2', title: 'Remove outdated backups' },
      {},
      (host, permit) => host.ensureBackupsPruned({ keep: id, permit }),
      describeFiles,
    );
  }
  return backup;
}

export async function planBackup(day: string, steps: HostSteps): Promise<void> {
  await steps.observe(
    { cite: 'H.2', title: 'Would back up today’s images' },
    (host) => host.observeBackupPlan({ day }),
    describeBackupPlan,
  );
}

export function describeBackupPlan(plan: BackupPlan): StepReport {
  if (plan.obstacle !== undefined) return { status: 'notSo', detail: plan.obstacle };
  if (!plan.exists) return { status: 'notSo', detail: `${plan.source} does not exist: nothing to back up` };
  if (plan.files === 0) return { status: 'notSo', detail: `no image of today in ${plan.source}: nothing to back up` };
  const room = `${size(plan.availableBytes)} available`;
  const what = `${plan.files} files, ${size(plan.bytes)} of ${plan.source}; ${room}`;
  return plan.fits ? what : { status: 'notSo', detail: `${what}: does not fit` };
}

export function describeBackup({ before, after }: Change<BackupState>): string {
  if (after.state === 'nothing') return 'nothing to back up';
  const digest = after.manifestSha256 === null ? '' : `, manifest ${after.manifestSha256.slice(0, 12)}`;
  return `${before.state} → ${after.state}: ${after.files} files, ${size(after.bytes)} in ${after.path}${digest}`;
}
