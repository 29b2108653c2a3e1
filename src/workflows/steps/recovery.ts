import type { Change, FileCount, ServiceState } from '../../shared/observations/observations';
import type { BackupState, PermissionCount, RateLimitCount } from '../../shared/observations/recovery-observations';
import type { HostSteps } from '../runbook/host-steps';
import type { Incident } from '../incident/incident';
import { tellFiles, tellRestart } from './tell';
import {
  tellBackup,
  tellBackupPlan,
  tellExchanges,
  tellFileCount,
  tellPermissions,
  tellPermissionsMended,
  tellRateLimits,
  tellRateLimitsReset,
  tellStrays,
  tellStraysEnded,
} from './tell-recovery';

/** The steps of section H. Each `ensure…` has a `plan…` that only looks, for the dry run. */

const GRACE_MS = 5_000;

/** Undefined when it could not be stopped. What it left running besides is a finding at most. */
export async function stopKingfisher(steps: HostSteps): Promise<Change<ServiceState> | undefined> {
  const stopped = await steps.tryAct(
    { cite: 'H.1', title: 'Stop KingFisher' },
    { restarts: 'kingfisher' },
    (host, permit) => host.ensureStopped({ service: 'kingfisher', permit }),
    tellRestart,
  );
  // One that cannot be stopped is no stray.
  if (stopped === undefined) return undefined;
  await steps.tryAct(
    { cite: 'H.1', title: 'End stray processes' },
    {},
    (host, permit) => host.ensureStraysEnded({ graceMs: GRACE_MS, permit }),
    tellStraysEnded,
  );
  return stopped;
}

export async function planStop(steps: HostSteps): Promise<void> {
  await steps.observe({ cite: 'H.1', title: 'Would end stray processes' }, (host) => host.observeStrays(), tellStrays);
}

/** Undefined when there is no good backup: then nothing may be destroyed. */
export async function backUp(id: string, day: string, steps: HostSteps): Promise<Change<BackupState> | undefined> {
  const backup = await steps.tryAct(
    { cite: 'H.2', title: 'Back up today’s images' },
    {},
    (host, permit) => host.ensureBackup({ id, day, permit }),
    tellBackup,
  );
  if (backup?.after.state === 'complete') {
    await steps.tryAct(
      { cite: 'H.2', title: 'Remove outdated backups' },
      {},
      (host, permit) => host.ensureBackupsPruned({ keep: id, permit }),
      tellFiles,
    );
  }
  return backup;
}

export async function planBackup(day: string, steps: HostSteps): Promise<void> {
  await steps.observe(
    { cite: 'H.2', title: 'Would back up today’s images' },
    (host) => host.observeBackupPlan({ day }),
    tellBackupPlan,
  );
}

/** `isApproved`: a person said yes to so many. Undefined when it failed. */
export async function mendPermissions(
  limit: number,
  steps: HostSteps,
  isApproved = false,
): Promise<Change<PermissionCount> | undefined> {
  return await steps.tryAct(
    { cite: 'H.3', title: 'Mend permissions' },
    { arguments: { limit } },
    (host, permit) => host.ensurePermissions({ limit, ...(isApproved ? { isApproved } : {}), permit }),
    tellPermissionsMended,
  );
}

export function observePermissions(steps: HostSteps): Promise<PermissionCount | undefined> {
  return steps.observe(
    { cite: 'H.3', title: 'Permissions that differ' },
    (host) => host.observePermissions(),
    tellPermissions,
  );
}

export async function planPermissions(steps: HostSteps): Promise<void> {
  await steps.observe(
    { cite: 'H.3', title: 'Would mend permissions' },
    (host) => host.observePermissions(),
    tellPermissions,
  );
}

export async function clearTemporaryFiles(steps: HostSteps): Promise<Change<FileCount> | undefined> {
  const olderThanMs = steps.policy.tempFilesOlderThanMs;
  return await steps.tryAct(
    { cite: 'H.4', title: 'Clear temporary files' },
    {},
    (host, permit) => host.ensureTemporaryFilesCleared({ olderThanMs, permit }),
    tellFiles,
  );
}

export async function planTemporaryFiles(steps: HostSteps): Promise<void> {
  const olderThanMs = steps.policy.tempFilesOlderThanMs;
  await steps.observe(
    { cite: 'H.4', title: 'Would clear temporary files' },
    (host) => host.observeTemporaryFiles({ olderThanMs }),
    tellFileCount,
  );
}

export async function resetRateLimits(steps: HostSteps): Promise<Change<RateLimitCount> | undefined> {
  return await steps.tryAct(
    { cite: 'H.5', title: 'Reset rate limits' },
    {},
    (host, permit) => host.ensureRateLimitsReset({ permit }),
    tellRateLimitsReset,
  );
}

export async function planRateLimits(steps: HostSteps): Promise<void> {
  await steps.observe(
    { cite: 'H.5', title: 'Would reset rate limits' },
    (host) => host.observeRateLimits(),
    tellRateLimits,
  );
}

export async function verifyExchanges(steps: HostSteps, incident: Incident): Promise<void> {
  const state = await steps.observe(
    { cite: 'H.7', title: 'RabbitMQ has its exchanges' },
    (host) => host.observeExchanges(),
    tellExchanges,
  );
  if (state !== undefined && state.missing.length > 0) {
    incident.addFinding('ExchangesMissing', 'H.7', state.missing.join(', '));
  }
}

export async function startKingfisher(steps: HostSteps): Promise<Change<ServiceState> | undefined> {
  return await steps.tryAct(
    { cite: 'H.8', title: 'Start KingFisher' },
    { restarts: 'kingfisher', isUndo: true },
    (host, permit) => host.ensureStarted({ service: 'kingfisher', permit }),
    tellRestart,
  );
}
