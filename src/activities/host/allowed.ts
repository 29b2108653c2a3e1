import type { AllowedState } from '../../shared/safety/allowance';
import type { HostDeps } from './core/deps';
import { asActivity } from './core/run';

export interface AllowedActivities {
  /** Before anything: what may be done on this host, and what this agent can be asked for. */
  observeAllowed(): Promise<AllowedState>;
}

/** What the agent's own configuration says of changes, and what it can be asked for: `names`, of all its activities. */
export function createAllowedActivities({ settings, redact }: HostDeps, names: () => string[]): AllowedActivities {
  return {
    observeAllowed: asActivity(redact, async () => {
      const { permissionsLimit, permissionsApprovedLimit } = settings.kingfisher;
      const backups = settings.backup?.root ?? null;
      return { allow: settings.allow, permissionsLimit, permissionsApprovedLimit, backups, activities: names() };
    }),
  };
}
