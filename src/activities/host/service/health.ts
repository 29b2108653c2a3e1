import { probeKingfisher } from '../../../host/probes/kingfisher';
import { healthStanding } from '../../../shared/observations/standing';
import type { DependencyName, ServiceState } from '../../../shared/observations/service';
import type { HealthState } from '../../../shared/observations/probes';
import type { HostDeps } from '../core/deps';
import type { Hopeless, Look, Pace, Reading } from '../watch/reading';
import { asActivity } from '../core/run';

/** From one look to the next; `service`: from one question to its manager to the next. */
const EVERY_MS: Record<Pace, { well: number; notWell: number; service: number }> = {
  quick: { well: 200, notWell: 25, service: 250 },
  calm: { well: 1_000, notWell: 1_000, service: 2_000 },
};
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
export function healthReading(deps: HostDeps, pace: Pace, signal: AbortSignal): Reading<HealthState> {
  const everyMs = EVERY_MS[pace];
  let service: ServiceState | undefined;
  /** One answer of its manager that fails to come is no other standing. */
  let lastKnown: ServiceState | undefined;
  const ask = everyNowAndThen(
    () => deps.findManager('kingfisher').observe(signal),
    (state) => {
      service = state;
      lastKnown = state ?? lastKnown;
    },
    everyMs.service,
  );
  return {
    everyMs,
    look: async () => {
      ask();
      const health = await lookAtHealth(deps, signal);
      return { ...healthLook(health, lastKnown), hopeless: hopelessOf(health, service), tell: () => health };
    },
  };
}

/** How KingFisher stands by what it answers, and by the state in which its manager saw it last. */
export function healthLook(health: HealthState, service: ServiceState | undefined): Look {
  return { standing: healthStanding(health, service), observedAt: health.observedAt, start: service };
}

/** What is unknown of the service is no reason to give up. */
function hopelessOf(health: HealthState, service: ServiceState | undefined): Hopeless {
  return {
    ...(service !== undefined && hasEnded(service) ? { notRunning: NOT_RUNNING_MS } : {}),
    ...(waitsForDependency(health) ? { dependencyNotReady: NOT_READY_MS } : {}),
  };
}

function hasEnded({ active, sub, jobPending }: ServiceState): boolean {
  return (active === 'failed' || active === 'inactive') && !jobPending && sub !== 'auto-restart';
}

function waitsForDependency({ health, ready, failingChecks }: HealthState): boolean {
  return health.answer === 'ok' && ready.answer === 'unhealthy' && failingChecks.length > 0;
}

/** Starts `observe` beside the caller when the last was long enough ago. What cannot be observed is unknown. */
function everyNowAndThen<T>(
  observe: () => Promise<T>,
  tell: (state: T | undefined) => void,
  everyMs: number,
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
