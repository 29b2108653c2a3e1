import { ApplicationFailure } from '@temporalio/common';
import type { HostActivities } from '../../activities/host';
import { endpoint } from './scripted-answers';
import type { ScriptedHost } from './scripted-host';

/** The nine steps of H on a scripted host. */
export function scriptedRecovery(host: ScriptedHost): Partial<HostActivities> {
  const noStrays = { processes: [], more: 0 };
  const keys = () => ({ database: 1, rateLimitKeys: host.rateLimitKeys, otherKeys: 3 });
  const backup = (state: 'absent' | 'complete') => ({
    path: '/var/backups/kingfisher/x',
    state,
    files: 10,
    bytes: 1e6,
    manifestSha256: state === 'complete' ? 'ab'.repeat(32) : null,
  });
  return {
    ...scriptedFiles(host),
    ensureStopped: async ({ service }) => {
      const before = host.service(service);
      host.up[service] = false;
      return { before, after: host.service(service), changed: before.active === 'active', notes: [] };
    },
    observeStrays: async () => noStrays,
    ensureStraysEnded: async () => ({ before: noStrays, after: noStrays, changed: false, notes: [], ended: [] }),
    observeBackupPlan: async () => ({
      source: '/opt/kingfisher/data/images/2026/11/23',
      exists: true,
      files: 10,
      bytes: 1e6,
      availableBytes: 1e9,
      fits: true,
    }),
    ensureBackup: async () => ({ before: backup('absent'), after: backup('complete'), changed: true, notes: [] }),
    ensureBackupsPruned: async () => ({
      before: { files: 1, bytes: 1 },
      after: { files: 1, bytes: 1 },
      changed: false,
      notes: [],
    }),
    observeRateLimits: async () => keys(),
    ensureRateLimitsReset: async () => {
      if (!host.up.redis) throw ApplicationFailure.nonRetryable('Redis refused', 'ObservationFailed');
      const before = keys();
      host.rateLimitKeys = 0;
      return { before, after: keys(), changed: before.rateLimitKeys > 0, notes: [] };
    },
    observeExchanges: async () => ({
      endpoint: endpoint('ok', null),
      expected: ['kingfisher.events'],
      missing: host.exchangesMissing,
    }),
    ensureStarted: async ({ service }) => {
      const before = host.service(service);
      if (host.broken.has(service)) {
        throw ApplicationFailure.nonRetryable(`${service}.service is not running`, 'NotInDesiredState');
      }
      if (!host.up[service]) {
        host.invocation[service] = host.nextInvocation();
        host.up[service] = host.recoveryHelps || !host.broken.has(service);
      }
      return { before, after: host.service(service), changed: before.active !== 'active', notes: [] };
    },
  };
}

/** H.3 and H.4: KingFisher must not run beside them. */
function scriptedFiles(host: ScriptedHost): Partial<HostActivities> {
  const touch = (what: string) => {
    if (host.up.kingfisher) host.touchedWhileRunning.push(what);
  };
  const permissions = () => ({ entries: 100, different: host.wrongPermissions, examples: [], skipped: 0 });
  const files = () => ({ files: host.tempFiles, bytes: host.tempFiles * 1000 });
  return {
    observePermissions: async () => permissions(),
    ensurePermissions: async ({ limit }) => {
      touch('permissions');
      const before = permissions();
      if (before.different > limit) {
        throw ApplicationFailure.nonRetryable(`${before.different} entries differ, limit ${limit}`, 'UnsafeSelector');
      }
      host.wrongPermissions = 0;
      return { before, after: permissions(), changed: before.different > 0, notes: [] };
    },
    observeTemporaryFiles: async () => files(),
    ensureTemporaryFilesCleared: async () => {
      touch('temporary files');
      const before = files();
      host.tempFiles = 0;
      return { before, after: files(), changed: before.files > 0, notes: [] };
    },
  };
}
