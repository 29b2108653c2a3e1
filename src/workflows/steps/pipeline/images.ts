import type { Change } from '../../../shared/observations/change';
import type { PermissionCount } from '../../../shared/observations/files';
import type { HostSteps } from '../../runbook/host-steps';
import { describePermissions, describePermissionsMended } from '../recovery/permissions';

/** `ls -la data/images` of the document: owner and mode of what is in the folder of images. */
export function observeImagePermissions(cite: string, steps: HostSteps): Promise<PermissionCount | undefined> {
  return steps.observe(
    { cite, title: 'Permissions of images' },
    (host) => host.observeImagePermissions(),
    describePermissions,
  );
}

export async function mendImagePermissions(
  cite: string,
  steps: HostSteps,
): Promise<Change<PermissionCount> | undefined> {
  return await steps.tryAct(
    { cite, title: 'Mend permissions of images' },
    {},
    (host, permit) => host.ensureImagePermissions({ permit }),
    describePermissionsMended,
  );
}
