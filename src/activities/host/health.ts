import { probeKingfisher } from '../../host/probes/kingfisher';
import { sleep } from '../../host/sleep';
import type { DependencyName, HealthState, HealthVerdict, ServiceState } from '../../shared/observations';
import type { HostDeps } from './dependencies';
import { HealthWatch } from './health-watch';
import type { Wanted } from './health-watch';
import { asActivity } from './run';
import type { Run } from './run';
import type { HostActivities } from './types';

const UNTIL_HEALTHY_MS = 25;
const WHILE_HEALTHY_MS = 200;
const SERVICE_EVERY_MS = 250;

/** `/health` and `/ready`, once or until they hold. */
export function createHealthActivities(deps: HostDeps): Pick<HostActivities, 'observeHealth' | 'waitUntilHealthy'> {
  const { settings, redact, findManager } = deps;
  const { baseUrl, probes } = settings.kingfisher;
  const dependencies = Object.keys(settings.dependencies) as DependencyName[];
  const probe = async (signal: AbortSignal) =>
    await probeKingfisher(baseUrl, { redact, signal }, { probes, dependencies });
  return {
    observeHealth: asActivity(redact, async ({ signal }) => await probe(signal)),
    waitUntilHealthy: asActivity(redact, async (run, wanted) => {
      const observe = () => findManager('kingfisher').observe(run.signal);
      return await watch(run, wanted, () => probe(run.signal), observe);
    }),
  };
}

async function watch(
  run: Run,
  wanted: Wanted,
  probe: () => Promise<HealthState>,
  observe: () => Promise<ServiceState>,
): Promise<HealthVerdict> {
  const watching = new HealthWatch({ ...wanted, deadlineMs: leftOf(run, wanted) }, performance.now());
  const ask = everyNowAndThen(observe, (state) => watching.see(state, performance.now()));
  for (;;) {
    ask();
    const health = await probe();
    const verdict = watching.judge(health, performance.now());
    if (verdict !== undefined) return verdict;
    await sleep(watching.isHealthy ? WHILE_HEALTHY_MS : UNTIL_HEALTHY_MS, run.signal);
  }
}

/**
 * A later attempt has what the first left of the deadline, but always time for one window. The window itself begins
 * anew: nobody watched while the agent was away.
 */
function leftOf(run: Run, { deadlineMs, stabilityWindowMs }: Wanted): number {
  const { position } = run;
  const startedAt = typeof position === 'number' ? position : Date.now();
  run.remember(startedAt);
  return Math.max(
    deadlineMs - (Date.now() - startedAt),
    Math.min(deadlineMs, stabilityWindowMs + SERVICE_EVERY_MS * 4),
  );
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
