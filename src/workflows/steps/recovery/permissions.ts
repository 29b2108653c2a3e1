import type { Change } from '../../../shared/observations/change';
import type { PermissionCount } from '../../../shared/observations/files';
import type { HostSteps } from '../../runbook/host-steps';

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
    describePermissionsMended,
  );
}

export function observePermissions(steps: HostSteps): Promise<PermissionCount | undefined> {
  return steps.observe(
    { cite: 'H.3', title: 'Permissions that differ' },
    (host) => host.observePermissions(),
    describePermissions,
  );
}

export async function planPermissions(steps: HostSteps): Promise<void> {
  await steps.observe(
    { cite: 'H.3', title: 'Would mend permissions' },
    (host) => host.observePermissions(),
    describePermissions,
  );
}

export function describePermissions(count: PermissionCount): string {
  const examples = count.examples.length > 0 ? `: ${count.examples.slice(0, 3).join('; ')}` : '';
  return `${count.different} of ${count.entries} entries differ${examples}`;
}

export function describePermissionsMended({ before, after }: Change<PermissionCount>): string {
  const skipped = after.skipped > 0 ? `, ${after.skipped} links and special files left alone` : '';
  return `${before.different} → ${after.different} of ${after.entries} entries differ${skipped}`;
}
