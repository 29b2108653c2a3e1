import type { RunbookName } from './runbooks';

/** The names of all that an agent can be asked for. The compiler compares it with what agents have (`activities/host`). */
export const HOST_ACTIVITIES = [
  'checkConfiguration',
  'ensureBackup',
  'ensureBackupsPruned',
  'ensureEventQuarantined',
  'ensureImagePermissions',
  'ensureImagesQuarantined',
  'ensureLogsRotated',
  'ensureOldImagesRemoved',
  'ensurePermissions',
  'ensureRateLimitsReset',
  'ensureRestarted',
  'ensureSetting',
  'ensureStarted',
  'ensureStopped',
  'ensureStraysEnded',
  'ensureTablesVacuumed',
  'ensureTempFilesRemoved',
  'ensureTemporaryFilesCleared',
  'ensureTokenIssued',
  'keepPauses',
  'observeAccess',
  'observeAllowed',
  'observeBackupPlan',
  'observeBrokerAlarms',
  'observeCorruptImages',
  'observeDatabaseLoad',
  'observeDependency',
  'observeDependencyPath',
  'observeErrorLines',
  'observeExchanges',
  'observeFailures',
  'observeHealth',
  'observeImagePermissions',
  'observeImages',
  'observeLatencyHistory',
  'observeLedger',
  'observeLoad',
  'observeLogSizes',
  'observeLogTail',
  'observeMetricCatalogue',
  'observeMetrics',
  'observeOldImages',
  'observeOpenAi',
  'observeOpenFiles',
  'observeOutdatedPackages',
  'observeOutbox',
  'observePermissions',
  'observePluginStatistics',
  'observePort',
  'observeProcesses',
  'observeRateLimits',
  'observeRecentStarts',
  'observeResources',
  'observeSeries',
  'observeService',
  'observeSetting',
  'observeStartLog',
  'observeStrays',
  'observeTables',
  'observeTelegramBot',
  'observeTelegramRefusals',
  'observeTelegramStatus',
  'observeTemporaryFiles',
  'observeTopic',
  'observeWayOut',
  'testPlugin',
  'waitUntil',
  'waitUntilDependencyClear',
  'waitUntilStarted',
  'watchReading',
] as const;

export type HostActivityName = (typeof HOST_ACTIVITIES)[number];

/**
 * What only some pages ask for. An agent that does not know it is too old for those, and for no other: so a page that is
 * new changes nothing of the runs that were begun before it.
 */
const ASKED_BY_SOME: Partial<Record<RunbookName, readonly HostActivityName[]>> = {
  pipelineFailures: [
    'ensureImagePermissions',
    'ensureImagesQuarantined',
    'observeCorruptImages',
    'observeErrorLines',
    'observeFailures',
    'observeImagePermissions',
    'observePluginStatistics',
    'observeSeries',
    'testPlugin',
  ],
  securityViolations: ['ensureTokenIssued', 'observeAccess', 'observeSeries'],
  analysisLatency: ['observeDatabaseLoad', 'observeLoad', 'observeOpenAi', 'observeSeries'],
  imageProcessingStalled: [
    'observeImages',
    'observeSeries',
    'observeTelegramBot',
    'observeTelegramRefusals',
    'observeTelegramStatus',
    'observeWayOut',
  ],
  outboxStuck: [
    'ensureEventQuarantined',
    'observeBrokerAlarms',
    'observeDependencyPath',
    'observeOutbox',
    'observeSeries',
  ],
  serviceDown: ['observeDependencyPath'],
};

/** What people alone ask for, by `halcyon commands`: no page does. */
const ASKED_BY_PEOPLE: readonly HostActivityName[] = ['observeTopic'];

/** What maintenance alone asks for: no page misses it. */
const ASKED_BY_MAINTENANCE: readonly HostActivityName[] = [
  'ensureOldImagesRemoved',
  'ensureTablesVacuumed',
  'observeLatencyHistory',
  'observeLogSizes',
  'observeMetricCatalogue',
  'observeOldImages',
  'observeOutdatedPackages',
  'observeTables',
];

/** All that a page may ask an agent for. */
export function activitiesAskedBy(runbook: RunbookName): HostActivityName[] {
  const own = ASKED_BY_SOME[runbook] ?? [];
  const some = [...Object.values(ASKED_BY_SOME).flat(), ...ASKED_BY_PEOPLE, ...ASKED_BY_MAINTENANCE];
  return HOST_ACTIVITIES.filter((name) => own.includes(name) || !some.includes(name));
}
