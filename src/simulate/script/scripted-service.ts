import { ApplicationFailure } from '@temporalio/common';
import type { HostActivities } from '../../activities/host';
import { HOST_ACTIVITIES } from '../../shared/host-activities';
import type { DependencyPath, HealthState } from '../../shared/observations/probes';
import type { WaitRequest } from '../../shared/observations/readings';
import type { DependencyName, ServiceName, ServiceState } from '../../shared/observations/service';
import { DEPENDENCIES, disk, endpoint } from './scripted-answers';
import type { ScriptedHost } from './scripted-host';

/** What a scripted host answers where a page asks of KingFisher and what it stands on. */
export function scriptedObservations(host: ScriptedHost): Partial<HostActivities> {
  return {
    observeAllowed: async () => ({
      allow: host.allow,
      permissionsLimit: 100,
      permissionsApprovedLimit: 1_000_000,
      backups: '/var/backups/kingfisher',
      activities: HOST_ACTIVITIES.filter((name) => !host.lacks.has(name)),
    }),
    observeService: async ({ service }) => host.service(service),
    observeRecentStarts: async () => ({ evidence: 'present', startedAt: [host.now()] }),
    observeStartLog: async ({ service }) => ({
      service,
      evidence: 'present',
      lines: [`${service}: cannot open its configuration`],
      reason: host.startReason,
    }),
    observeProcesses: async () => ({ processes: [], more: 0 }),
    observePort: async () => ({
      port: 8201,
      listening: host.up.kingfisher || host.portHolder !== null,
      owner: host.portHolder,
      elsewhere: [],
    }),
    observeLogTail: async () => ({
      path: '/var/log/kingfisher/service.log',
      evidence: 'present',
      lines: host.logLines,
      modifiedAt: host.now(),
      sizeBytes: 100,
    }),
    observeResources: async () => ({
      memory: { totalBytes: 8e9, availableBytes: 4e9 },
      disks: [disk(host.diskFull)],
      dependencyDisks: [],
      load1: 0.5,
      oomKills: { evidence: 'present', victims: [] },
      observedAt: host.now(),
    }),
    observeDependencyPath: async ({ dependency }) => scriptedPath(host, dependency),
    observeHealth: async () => (host.lateAnswers-- > 0 ? late(host) : host.health()),
    observeMetrics: async () => ({
      path: '/metrics',
      endpoint: host.metrics,
      contentType: 'text/plain; version=0.0.4',
      format: host.metrics.answer === 'ok' ? 'prometheus' : 'other',
      samples: host.metrics.answer === 'ok' ? 30 : 0,
      observedAt: host.now(),
    }),
  };
}

/** What it answers where a page waits until something holds. */
export function scriptedWaits(host: ScriptedHost): Partial<HostActivities> {
  return {
    waitUntil: (async (wanted: WaitRequest) => host.waited(wanted)) as HostActivities['waitUntil'],
    watchReading: async (wanted) => host.reading(wanted),
    checkConfiguration: async () => ({
      evidence: 'present',
      valid: host.configurationValid,
      output: host.configurationValid ? 'Config OK' : 'openai.max_qps: expected a number',
    }),
    observeDependency: async ({ dependency }) => host.dependency(dependency),
    waitUntilDependencyClear: async ({ dependency }) => host.dependency(dependency),
    waitUntilStarted: async ({ service }) => {
      if (host.starting.delete(service)) host.up[service] = !host.broken.has(service);
      return host.service(service);
    },
  };
}

const PORTS: Record<DependencyName, number> = { postgres: 5_432, redis: 6_379, rabbitmq: 5_672 };

/** The way to a dependency of a scripted host. */
export function scriptedPath(host: ScriptedHost, dependency: DependencyName): DependencyPath {
  const isListening = host.up[dependency];
  const why = isListening ? '' : 'ECONNREFUSED';
  const usual = { host: '127.0.0.1', port: PORTS[dependency], isReachable: isListening, why, isListening };
  return { ...usual, rules: [], rulesUnknown: '', ...host.paths[dependency] };
}

/** A unit of a scripted host. */
export function scriptedState(host: ScriptedHost, service: ServiceName): ServiceState {
  const active = host.up[service];
  const isStarting = host.starting.has(service);
  return {
    service,
    manager: 'systemd',
    unit: `${service}.service`,
    load: host.masked.has(service) ? 'masked' : 'loaded',
    active: isStarting ? 'activating' : active ? 'active' : 'failed',
    sub: isStarting ? 'start-pre' : active ? 'running' : 'failed',
    result: active || isStarting ? 'success' : 'signal',
    exitStatus: active || isStarting ? null : 9,
    invocation: host.invocation[service],
    // Long enough ago that no start counts as under way.
    startedAt: new Date(Date.parse(host.now()) - 3_600_000).toISOString(),
    mainPid: active ? 42 : null,
    restarts: 0,
    jobPending: isStarting,
    observedAt: host.now(),
  };
}

/** The changes that runbooks make in small. */
export function scriptedChanges(host: ScriptedHost): Partial<HostActivities> {
  return {
    ensureRestarted: async ({ service, seenInvocation }) => {
      const before = host.service(service);
      if (host.masked.has(service)) throw ApplicationFailure.nonRetryable(`${service} is masked`, 'UnitMasked');
      if (before.invocation !== seenInvocation) return { before, after: before, changed: false, notes: [] };
      host.restarts.push(service);
      if (service === 'kingfisher') {
        host.isDeaf = false;
        host.telegram.restarted();
      }
      host.starting.delete(service);
      host.invocation[service] = host.nextInvocation();
      host.up[service] = !host.broken.has(service);
      return { before, after: host.service(service), changed: true, notes: [] };
    },
    ensureTempFilesRemoved: async () => {
      const before = { files: host.tempFiles, bytes: host.tempFiles * 1000 };
      host.tempFiles = 0;
      host.diskFull = false;
      host.latency.isDiskBusy = false;
      return { before, after: { files: 0, bytes: 0 }, changed: before.files > 0, notes: [] };
    },
    ensureLogsRotated: async () => ({
      before: { files: 1, bytes: 10 },
      after: { files: 1, bytes: 10 },
      changed: false,
      notes: [],
    }),
  };
}

/** No answer from `/ready` in time. */
function late(host: ScriptedHost): HealthState {
  return { ...host.health(), ready: endpoint('timeout', null), failingChecks: [], unchecked: [...DEPENDENCIES] };
}
