import { runCommand } from '../../host/programs/commands';
import { createBegunChanges } from '../../host/fence/begun-changes';
import { createFence } from '../../host/fence/fence';
import { createLedger } from '../../host/ledger/ledger';
import { createRedactor, secretsOf } from '../../host/redact';
import { createServiceManagers } from '../../host/services/service-managers';
import type { AgentSettings } from '../../host/agent-settings';
import type { Logger } from 'pino';
import type { HostActivityName } from '../../shared/host-activities';
import { createAccessActivities } from './access/access';
import { createTokenActivities } from './access/token';
import { createAllowedActivities } from './allowed';
import { createBackupActivities } from './files/backup';
import { createBrokerActivities } from './stores/broker';
import { createAsChange } from './core/change';
import { createConfigurationActivities } from './configuration';
import type { HostDeps } from './core/deps';
import { createDependencyActivities } from './stores/dependency';
import { createDependencyPathActivities } from './stores/dependency-path';
import { createEvidenceActivities } from './service/evidence';
import { createExchangeActivities } from './stores/exchanges';
import { createHealthActivities } from './service/health';
import { createLatencyActivities } from './latency/latency';
import { createImageActivities } from './images/images';
import { createLedgerActivities } from './ledger';
import type { LedgerActivities } from './ledger';
import { createMaintenanceActivities } from './maintenance/maintenance';
import { createOutboxActivities } from './stores/outbox';
import { createMetricsActivities } from './service/metrics';
import { createPermissionActivities } from './files/permissions';
import { createCorruptImageActivities } from './pipeline/corrupt-images';
import { createPipelineActivities } from './pipeline/pipeline';
import { createProcessActivities } from './service/processes';
import { createSerializer } from './core/serialize';
import { createRateLimitActivities } from './stores/rate-limits';
import { createSeriesActivities } from './service/series';
import { createServiceActivities } from './service/service';
import { createSettingActivities } from './settings/settings';
import { createSpaceActivities } from './files/space';
import { createStopActivities } from './service/stop';
import { createStrayActivities } from './service/strays';
import { createTelegramActivities } from './images/telegram';
import { createTemporaryActivities } from './files/temporary';
import { createTopicActivities } from './topics/topics';
import { createWaitActivities } from './watch/wait-until';
import { createWatchActivities } from './watch/watch';

/**
 * What an agent can be asked for. `observe*` only reads; `waitUntil*` reads until a condition or a deadline, heartbeats
 * and is resumable; `ensure*` states what shall be, acts only on a difference, and observes again.
 *
 * A request names services and things by the words of the system, never by unit, path or address: the agent's own
 * configuration says what those are on its host (the allow-list of promise 9). What is not configured fails with
 * `NotConfigured`.
 *
 * Every `ensure*` takes the permit of whoever asks with its input. It fails with `NoPermit` where there is none, with
 * `NotAllowed` where `agent.allow` does not name what it needs, with `StaleToken` when the agent saw a newer permit, and
 * with `Paused` while the host's pause file exists or a pause that its guard told of holds.
 */
export type HostActivities = ReturnType<typeof allActivities> & LedgerActivities;

/**
 * All that the agent of one host can do, within what its settings allow. `replaced` has the logger of changes, and
 * replaces real adapters in tests.
 */
export function createHostActivities(
  settings: AgentSettings,
  replaced: Partial<Omit<HostDeps, 'settings'>> & { logger?: Pick<Logger, 'info'> } = {},
): HostActivities {
  const redact = replaced.redact ?? createRedactor(secretsOf(settings));
  const run = replaced.run ?? runCommand;
  const findManager = replaced.findManager ?? createServiceManagers(settings, run, redact);
  const { logger } = replaced;
  const ledger = replaced.ledger ?? createLedger(settings);
  const fence = createFence({ ...settings, refuseWhileKept: () => ledger.pauses.refuse() });
  const guarded = { settings, fence, begun: createBegunChanges(settings), redact, logger };
  const asChange = replaced.asChange ?? createAsChange(guarded);
  const deps = { settings, redact, run, findManager, asChange, ledger };
  const activities: HostActivities = {
    ...allActivities(deps, () => Object.keys(activities)),
    ...createLedgerActivities({ redact, fence, ledger }),
  } satisfies Record<HostActivityName, unknown>;
  return activities;
}

/** Each subject's file has what can be asked about it, and how it is answered. `names` are those of all. */
function allActivities(deps: HostDeps, names: () => string[]) {
  // A restart that was given up may still be at work when a stop comes.
  const serialize = createSerializer();
  return {
    ...createAllowedActivities(deps, names),
    ...createServiceActivities(deps, serialize),
    ...createProcessActivities(deps),
    ...createEvidenceActivities(deps),
    ...createHealthActivities(deps),
    ...createWaitActivities(deps),
    ...createWatchActivities(deps),
    ...createMetricsActivities(deps),
    ...createImageActivities(deps),
    ...createTelegramActivities(deps),
    ...createSeriesActivities(deps),
    ...createLatencyActivities(deps),
    ...createPipelineActivities(deps),
    ...createCorruptImageActivities(deps),
    ...createDependencyActivities(deps),
    ...createConfigurationActivities(deps),
    ...createSpaceActivities(deps),
    ...createStopActivities(deps, serialize),
    ...createStrayActivities(deps),
    ...createBackupActivities(deps),
    ...createPermissionActivities(deps),
    ...createTemporaryActivities(deps),
    ...createRateLimitActivities(deps),
    ...createExchangeActivities(deps),
    ...createBrokerActivities(deps),
    ...createDependencyPathActivities(deps),
    ...createOutboxActivities(deps),
    ...createSettingActivities(deps, serialize),
    ...createAccessActivities(deps),
    ...createTokenActivities(deps),
    ...createTopicActivities(deps),
    ...createMaintenanceActivities(deps),
  };
}
