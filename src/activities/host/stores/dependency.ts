import { findDataFolder } from '../../../host/files/data-folder';
import { probePostgres } from '../../../host/stores/postgres';
import { probeManagement, probeRabbitmq } from '../../../host/stores/rabbitmq';
import { probeRedis } from '../../../host/stores/redis';
import type { ProbeOptions } from '../../../host/probes/answers';
import type { Look } from '../../../host/probes/look';
import { findProcess } from '../../../host/processes/process-table';
import { readDisks } from '../../../host/resources';
import { notConfigured } from '../../../host/services/service-managers';
import type { DependencySettings, StoreSettings } from '../../../host/agent-settings';
import type { DependencyName, ServiceState } from '../../../shared/observations/service';
import type { DependencyState } from '../../../shared/observations/probes';
import type { DiskState } from '../../../shared/observations/files';
import { dependencyStanding } from '../../../shared/observations/standing';
import type { HostDeps } from '../core/deps';
import { DependencyWatch } from '../watch/dependency-watch';
import { judgeLook } from '../watch/judge-look';
import { untilSettled } from '../watch/reading';
import type { Pace, Reading } from '../watch/reading';
import { asActivity, beginOf } from '../core/run';
import type { Run } from '../core/run';

/** From one look to the next. */
const POLL_MS: Record<Pace, number> = { quick: 50, calm: 1_000 };
const LOOK_EVERY_MS = 400;
/** A server that is starting may refuse credentials at first; one that still does so then will go on. */
const DENIED_MS = 2_000;

export interface DependencyActivities {
  /** A.2: `SELECT 1`, `PING`, AMQP handshake, each by its own protocol, once. */
  observeDependency(input: { dependency: DependencyName }): Promise<DependencyState>;
  /**
   * Looks at the dependency several times over seconds, until it is clear what it is: `down` is never what one look saw.
   * One that starts, and one that says nothing, is waited for until the deadline; the latter is `down` then.
   */
  waitUntilDependencyClear(input: { dependency: DependencyName; deadlineMs: number }): Promise<DependencyState>;
}

/** PostgreSQL, Redis and RabbitMQ, each by its own protocol. */
export function createDependencyActivities(deps: HostDeps): DependencyActivities {
  const { redact } = deps;
  return {
    observeDependency: asActivity(redact, async ({ signal }, { dependency }) => {
      return await observe(deps, dependency, () => probe(deps, dependency, signal), signal);
    }),
    waitUntilDependencyClear: asActivity(redact, async (run, { dependency, deadlineMs }) => {
      const look = () => observe(deps, dependency, () => probe(deps, dependency, run.signal), run.signal);
      return await untilClear(run, deadlineMs, look);
    }),
  };
}

async function probe({ settings, redact }: HostDeps, dependency: DependencyName, signal: AbortSignal): Promise<Look> {
  const { url } = settingsOf(settings.dependencies, dependency);
  const options: ProbeOptions = { redact, signal };
  switch (dependency) {
    case 'postgres':
      return await probePostgres(url, options);
    case 'redis':
      return await probeRedis(url, options);
    case 'rabbitmq':
      return await probeRabbitmq(url, options);
  }
}

/** Several looks, seconds apart in all, until it is clear what it is. An earlier attempt's looks are not known here. */
async function untilClear(
  run: Run,
  deadlineMs: number,
  look: () => Promise<DependencyState>,
): Promise<DependencyState> {
  const startedAt = beginOf(run);
  const watch = new DependencyWatch(Math.max(0, deadlineMs - (Date.now() - startedAt)), performance.now());
  return await untilSettled(
    async () => watch.judge(await look(), performance.now()),
    () => LOOK_EVERY_MS,
    run.signal,
  );
}

/** Until it does its work, or refuses our credentials for good. */
export function dependencyReading(
  deps: HostDeps,
  dependency: DependencyName,
  pace: Pace,
  signal: AbortSignal,
): Reading<DependencyState> {
  return {
    everyMs: { well: POLL_MS[pace], notWell: POLL_MS[pace] },
    look: async () => {
      const look = await probe(deps, dependency, signal);
      return {
        standing: dependencyStanding({ dependency, ...look }),
        observedAt: new Date().toISOString(),
        ...(look.condition === 'refused' ? { hopeless: { refused: DENIED_MS } } : {}),
        tell: () => observe(deps, dependency, async () => look, signal),
      };
    },
  };
}

/** Adds what else there is to know, asked at the same time. What cannot be observed besides is no reason to say less. */
async function observe(
  deps: HostDeps,
  dependency: DependencyName,
  ask: () => Promise<Look>,
  signal: AbortSignal,
): Promise<DependencyState> {
  const { settings, redact, findManager } = deps;
  const store = settingsOf(settings.dependencies, dependency);
  const [look, management, unit] = await Promise.all([
    ask(),
    store.managementUrl === undefined ? null : probeManagement(store.managementUrl, { redact, signal }),
    findManager(dependency)
      .observe(signal)
      .catch(() => null),
  ]);
  const [disk, isStopped] = await Promise.all([readDataDisk(deps, dependency, unit), isProcessStopped(unit)]);
  return {
    dependency,
    ...judgeLook({ look, unit, disk, isStopped }),
    endpoint: look.endpoint,
    management,
    unit,
    disk,
    observedAt: new Date().toISOString(),
  };
}

async function readDataDisk(
  { settings }: HostDeps,
  dependency: DependencyName,
  unit: ServiceState | null,
): Promise<DiskState | null> {
  const { dataDir } = settingsOf(settings.dependencies, dependency);
  const folder = await findDataFolder(dependency, dataDir, unit?.mainPid ?? null);
  const disks = await readDisks([folder], settings.diskFull).catch(() => []);
  return disks[0] ?? null;
}

/** `SIGSTOP`, a debugger: its kernel takes connections, and it answers none of them. */
async function isProcessStopped(unit: ServiceState | null): Promise<boolean> {
  if (typeof unit?.mainPid !== 'number') return false;
  return ['T', 't'].includes((await findProcess(unit.mainPid))?.state ?? '');
}

function settingsOf(
  dependencies: DependencySettings,
  dependency: DependencyName,
): StoreSettings & { managementUrl?: string } {
  const settings = dependencies[dependency];
  if (settings === undefined) throw notConfigured(`dependencies.${dependency}`);
  return settings;
}
