import { runCommand } from '../../host/commands';
import { createRedactor, secretsOf } from '../../host/redact';
import { createServiceManagers } from '../../host/service-managers';
import type { HostSettings } from '../../host/settings';
import { createConfigurationActivities } from './configuration';
import type { HostDeps } from './dependencies';
import { createDependencyActivities } from './dependency';
import { createEvidenceActivities } from './evidence';
import { createHealthActivities } from './health';
import { createProcessActivities } from './processes';
import { createServiceActivities } from './service';
import { createSpaceActivities } from './space';
import type { HostActivities } from './types';

/** All that the agent of one host can do, within what its settings allow. `deps` replaces real adapters in tests. */
export function createHostActivities(
  settings: HostSettings,
  replaced: Partial<Omit<HostDeps, 'settings'>> = {},
): HostActivities {
  const redact = replaced.redact ?? createRedactor(secretsOf(settings));
  const run = replaced.run ?? runCommand;
  const findManager = replaced.findManager ?? createServiceManagers(settings, run, redact);
  const deps: HostDeps = { settings, redact, run, findManager };
  return {
    ...createServiceActivities(deps),
    ...createProcessActivities(deps),
    ...createEvidenceActivities(deps),
    ...createHealthActivities(deps),
    ...createDependencyActivities(deps),
    ...createConfigurationActivities(deps),
    ...createSpaceActivities(deps),
  };
}
