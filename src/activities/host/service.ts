import { maskLines } from '../../host/log-tail';
import type { HostDeps } from './dependencies';
import { ensureRestarted } from './ensure-restarted';
import { mayStartAgain } from './may-start-again';
import type { InTurn } from './queues';
import { asActivity } from './run';
import type { HostActivities } from './types';

type ServiceActivities = Pick<
  HostActivities,
  'observeService' | 'observeRecentStarts' | 'observeStartLog' | 'ensureRestarted'
>;

const START_LOG_LINES = 10;

/** State and restart of KingFisher and its dependencies. */
export function createServiceActivities(deps: HostDeps, inTurn: InTurn): ServiceActivities {
  const { findManager, redact, asChange } = deps;
  return {
    observeService: asActivity(redact, async ({ signal }, { service }) => await findManager(service).observe(signal)),
    observeRecentStarts: asActivity(
      redact,
      async ({ signal }, { service }) => await findManager(service).observeRecentStarts(signal),
    ),
    observeStartLog: asActivity(redact, async ({ signal }, { service }) => {
      const lines = maskLines(await findManager(service).observeStartLog(START_LOG_LINES, signal), redact);
      return { service, evidence: lines.length === 0 ? 'absent' : 'present', lines };
    }),
    // An attempt that Temporal gave up may still be at work here when the next one begins: it has to end first.
    ensureRestarted: asChange('ensureRestarted', async (run, { service, seenInvocation }) => {
      const manager = findManager(service);
      const attempt = { seenInvocation, ...run, mayStartAgain: () => mayStartAgain(service, deps) };
      return await inTurn(service, async () => await ensureRestarted(manager, attempt, run.signal));
    }),
  };
}
