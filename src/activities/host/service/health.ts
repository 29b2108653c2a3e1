import { probeKingfisher } from '../../../host/probes/kingfisher';
import { isHealthy } from '../../../shared/observations/probes';
import type { DependencyName, ServiceState } from '../../../shared/observations/service';
import type { HealthState } from '../../../shared/observations/probes';
import type { HostDeps } from '../core/deps';
import type { Hopeless, Reading } from '../watch/reading';
import { asActivity } from '../core/run';

const SERVICE_EVERY_MS = 250;
/** A service that stays ended this long will not come by itself. */
const NOT_RUNNING_MS = 1_000;
/** A `/ready` that says no for this long, beside a good `/health`, waits for a dependency. */
const NOT_READY_MS = 3_000;

export interface HealthActivities {
  /** `/health` and `/ready`, once. */
  observeHealth(): Promise<HealthState>;
}

/** `/health` and `/ready`, once. */
export function createHealthActivities(deps: HostDeps): HealthActivities {
  return { observeHealth: asActivity(deps.redact, async ({ signal }) => await lookAtHealth(deps, signal)) };
}

/** One look, as every activity that asks KingFisher takes it. */
export async function lookAtHealth({ settings, redact }: HostDeps, signal: AbortSignal): Promise<HealthState> {
  const { baseUrl, probes } = settings.kingfisher;
  const dependencies = Object.keys(settings.dependencies) as DependencyName[];
  return await probeKingfisher(baseUrl, { redact, signal }, { probes, dependencies });
}

/** `/health` and `/ready` until they hold, with an eye on the service: one that has ended is not waited for. */
export function healthReading(deps: HostDeps, signal: AbortSignal): Reading<HealthState> {
  let service: ServiceState | undefined;
  const ask = everyNowAndThen(
    () => deps.findManager('kingfisher').observe(signal),
    (state) => (service = state),
  );
  return {
    everyMs: { well: 200, notWell: 25 },
    look: async () => {
      ask();
      const health = await lookAtHealth(deps, signal);
      const hopeless: Hopeless = {
        ...(service !== undefined && hasEnded(service) ? { notRunning: NOT_RUNNING_MS } : {}),
        ...(waitsForDependency(health) ? { dependencyNotReady: NOT_READY_MS } : {}),
      };
      return { isWell: isHealthy(health), observedAt: health.observedAt, hopeless, tell: () => health };
    },
  };
}

function hasEnded({ active, sub, jobPending }: ServiceState): boolean {
  return (active === 'failed' || active === 'inactive') && !jobPending && sub !== 'auto-restart';
}

function waitsForDependency({ health, ready, failingChecks }: HealthState): boolean {
  return health.answer === 'ok' && ready.answer === 'unhealthy' && failingChecks.length > 0;
}

/** Starts `observe` beside the caller when the last was long enough ago. What cannot be observed is unknown. */
export function everyNowAndThen<T>(
  observe: () => Promise<T>,
  tell: (state: T | undefined) => void,
  everyMs = SERVICE_EVERY_MS,
): () => void {
  let nextAt = 0;
  let asking = false;
  return () => {
    if (asking || performance.now() < nextAt) return;
    asking = true;
    nextAt = performance.now() + everyMs;
    observe()
      .then(tell, () => tell(undefined))
      .finally(() => (asking = false))
      .catch(() => {});
  };
}
