import { runCommand } from '../../host/programs/commands';
import { createFence } from '../../host/fence/fence';
import { createRedactor, secretsOf } from '../../host/redact';
import { createServiceManagers } from '../../host/services/service-managers';
import type { AgentSettings } from '../../host/agent-settings';
import type { Logger } from 'pino';
import { createAllowedActivities } from './allowed';
import { createBackupActivities } from './backup';
import { createAsChange } from './core/change';
import { createConfigurationActivities } from './configuration';
import type { HostDeps } from './core/deps';
import { createDependencyActivities } from './dependency';
import { createEvidenceActivities } from './evidence';
import { createExchangeActivities } from './exchanges';
import { createHealthActivities } from './health';
import { createMetricsActivities } from './metrics';
import { createPermissionActivities } from './permissions';
import { createProcessActivities } from './processes';
import { createSerializer } from './core/serialize';
import { createRateLimitActivities } from './rate-limits';
import type { RecoveryActivities } from './recovery-types';
import { createServiceActivities } from './service';
import type { SettingActivities } from './setting-types';
import { createSettingActivities } from './settings';
import { createSpaceActivities } from './space';
import { createStopActivities } from './stop';
import { createStrayActivities } from './strays';
import { createTemporaryActivities } from './temporary';
import type { HostActivities } from './types';
import { createWaitActivities } from './watch/wait-until';
import { createWatchActivities } from './watch/watch';

/**
 * All that the agent of one host can do, within what its settings allow. `replaced` has the logger of changes, and
 * replaces real adapters in tests.
 */
export function createHostActivities(
  settings: AgentSettings,
  replaced: Partial<Omit<HostDeps, 'settings'>> & { logger?: Pick<Logger, 'info'> } = {},
): HostActivities & RecoveryActivities & SettingActivities {
  const redact = replaced.redact ?? createRedactor(secretsOf(settings));
  const run = replaced.run ?? runCommand;
  const findManager = replaced.findManager ?? createServiceManagers(settings, run, redact);
  const { logger } = replaced;
  const asChange = replaced.asChange ?? createAsChange({ settings, fence: createFence(settings), redact, logger });
  const deps: HostDeps = { settings, redact, run, findManager, asChange };
  // A restart that was given up may still be at work when a stop comes.
  const inTurn = createSerializer();
  const activities: HostActivities & RecoveryActivities & SettingActivities = {
    ...createAllowedActivities(deps, () => Object.keys(activities)),
    ...createServiceActivities(deps, inTurn),
    ...createProcessActivities(deps),
    ...createEvidenceActivities(deps),
    ...createHealthActivities(deps),
    ...createWaitActivities(deps),
    ...createWatchActivities(deps),
    ...createMetricsActivities(deps),
    ...createDependencyActivities(deps),
    ...createConfigurationActivities(deps),
    ...createSpaceActivities(deps),
    ...createStopActivities(deps, inTurn),
    ...createStrayActivities(deps),
    ...createBackupActivities(deps),
    ...createPermissionActivities(deps),
    ...createTemporaryActivities(deps),
    ...createRateLimitActivities(deps),
    ...createExchangeActivities(deps),
    ...createSettingActivities(deps, inTurn),
  };
  return activities;
}
