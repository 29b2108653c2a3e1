import { probePostgres } from '../../host/probes/postgres';
import { probeManagement, probeRabbitmq } from '../../host/probes/rabbitmq';
import { probeRedis } from '../../host/probes/redis';
import type { ProbeOptions } from '../../host/probes/answers';
import { notConfigured } from '../../host/service-managers';
import type { DependencySettings } from '../../host/settings';
import { sleep } from '../../host/sleep';
import type { DependencyName, DependencyState, EndpointState } from '../../shared/observations';
import type { HostDeps } from './dependencies';
import { asActivity } from './run';
import type { Run } from './run';
import type { HostActivities } from './types';

const POLL_MS = 50;
/** A server that is starting may refuse credentials at first; one that still does so then will go on. */
const DENIED_MS = 2_000;

/** PostgreSQL, Redis and RabbitMQ, each by its own protocol. */
export function createDependencyActivities(
  deps: HostDeps,
): Pick<HostActivities, 'observeDependency' | 'waitUntilDependencyReady'> {
  const { redact } = deps;
  return {
    observeDependency: asActivity(redact, async ({ signal }, { dependency }) => {
      return await complete(deps, dependency, () => probeEndpoint(deps, dependency, signal), signal);
    }),
    waitUntilDependencyReady: asActivity(redact, async (run, { dependency, deadlineMs }) => {
      const endpoint = await untilReady(run, deadlineMs, () => probeEndpoint(deps, dependency, run.signal));
      return await complete(deps, dependency, async () => endpoint, run.signal);
    }),
  };
}

async function probeEndpoint(
  { settings, redact }: HostDeps,
  dependency: DependencyName,
  signal: AbortSignal,
): Promise<EndpointState> {
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

/** Until it answers as a healthy one does, or refuses our credentials for good. */
async function untilReady(run: Run, deadlineMs: number, probe: () => Promise<EndpointState>): Promise<EndpointState> {
  const startedAt = typeof run.position === 'number' ? run.position : Date.now();
  run.remember(startedAt);
  let deniedSince: number | undefined;
  for (;;) {
    const endpoint = await probe();
    deniedSince = endpoint.answer === 'denied' ? (deniedSince ?? Date.now()) : undefined;
    const isDenied = deniedSince !== undefined && Date.now() - deniedSince >= DENIED_MS;
    if (endpoint.answer === 'ok' || isDenied || Date.now() - startedAt >= deadlineMs) return endpoint;
    await sleep(POLL_MS, run.signal);
  }
}

/** Adds what else there is to know, asked at the same time. A unit that cannot be observed is no reason to say less. */
async function complete(
  { settings, redact, findManager }: HostDeps,
  dependency: DependencyName,
  ask: () => Promise<EndpointState>,
  signal: AbortSignal,
): Promise<DependencyState> {
  const { managementUrl } = settingsOf(settings.dependencies, dependency);
  const [endpoint, management, unit] = await Promise.all([
    ask(),
    managementUrl === undefined ? null : probeManagement(managementUrl, { redact, signal }),
    findManager(dependency)
      .observe(signal)
      .catch(() => null),
  ]);
  return { dependency, endpoint, management, unit, observedAt: new Date().toISOString() };
}

function settingsOf(
  dependencies: DependencySettings,
  dependency: DependencyName,
): { url: string; managementUrl?: string } {
  const settings = dependencies[dependency];
  if (settings === undefined) throw notConfigured(dependency);
  return settings;
}
