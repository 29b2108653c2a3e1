import type { HostDeps } from './core/deps';
import { ensureRestarted } from './ensure-restarted';
import { isInTransit } from '../../host/services/service-manager';
import { mayStartAgain } from './core/may-start-again';
import type { Serialize } from './core/serialize';
import { untilSettled } from './watch/reading';
import { asActivity, beginOf } from './core/run';
import { observeStartLog } from './start-log';
import type { HostActivities } from './types';

type ServiceActivities = Pick<
  HostActivities,
  'observeService' | 'observeRecentStarts' | 'observeStartLog' | 'waitUntilStarted' | 'ensureRestarted'
>;

const LOOK_EVERY_MS = 250;

/** State and restart of KingFisher and its dependencies. */
export function createServiceActivities(deps: HostDeps, inTurn: Serialize): ServiceActivities {
  const { findManager, redact, asChange } = deps;
  return {
    observeService: asActivity(redact, async ({ signal }, { service }) => await findManager(service).observe(signal)),
    observeRecentStarts: asActivity(
      redact,
      async ({ signal }, { service }) => await findManager(service).observeRecentStarts(signal),
    ),
    observeStartLog: asActivity(
      redact,
      async ({ signal }, { service }) => await observeStartLog(deps, service, signal),
    ),
    waitUntilStarted: asActivity(redact, async (run, { service, deadlineMs }) => {
      const manager = findManager(service);
      const end = beginOf(run) + deadlineMs;
      const look = async () => {
        const state = await manager.observe(run.signal);
        return !isInTransit(state) || Date.now() >= end ? state : undefined;
      };
      return await untilSettled(look, () => LOOK_EVERY_MS, run.signal);
    }),
    // An attempt that Temporal gave up may still be at work here when the next one begins: it has to end first.
    ensureRestarted: asChange('ensureRestarted', async (run, { service, seenInvocation }) => {
      const manager = findManager(service);
      const attempt = { seenInvocation, ...run, mayStartAgain: () => mayStartAgain(service, deps) };
      return await inTurn(service, async () => await ensureRestarted(manager, attempt, run.signal));
    }),
  };
}
