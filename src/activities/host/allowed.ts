import type { HostDeps } from './core/deps';
import { asActivity } from './core/run';
import type { HostActivities } from './types';

/** What the agent's own configuration says of changes, and what it can be asked for: `names`, of all its activities. */
export function createAllowedActivities(
  { settings, redact }: HostDeps,
  names: () => string[],
): Pick<HostActivities, 'observeAllowed'> {
  return {
    observeAllowed: asActivity(redact, async () => {
      const { permissionsLimit, permissionsApprovedLimit } = settings.kingfisher;
      const backups = settings.backup?.root ?? null;
      return { allow: settings.allow, permissionsLimit, permissionsApprovedLimit, backups, activities: names() };
    }),
  };
}
