import { maskLines } from '../../host/log-tail';
import { reasonOf } from '../../host/start-reason';
import { tellLine } from '../../host/unit-log';
import type { HostDeps } from './dependencies';
import { ensureRestarted } from './ensure-restarted';
import type { InTurn } from './queues';
import { asActivity } from './run';
import type { HostActivities } from './types';

type ServiceActivities = Pick<
  HostActivities,
  'observeService' | 'observeRecentStarts' | 'observeStartLog' | 'ensureRestarted'
>;

const START_LOG_LINES = 10;
/** The reason may stand above a stack. */
const READ_LINES = 60;
const REASON_CHARACTERS = 300;

/** State and restart of KingFisher and its dependencies. */
export function createServiceActivities(
  { findManager, redact, asChange }: HostDeps,
  inTurn: InTurn,
): ServiceActivities {
  return {
    observeService: asActivity(redact, async ({ signal }, { service }) => await findManager(service).observe(signal)),
    observeRecentStarts: asActivity(
      redact,
      async ({ signal }, { service }) => await findManager(service).observeRecentStarts(signal),
    ),
    observeStartLog: asActivity(redact, async ({ signal }, { service }) => {
      const said = (await findManager(service).observeStartLog(READ_LINES, signal)) ?? [];
      const lines = maskLines(said.slice(-START_LOG_LINES).map(tellLine), redact);
      const reason = reasonOf(said);
      return {
        service,
        evidence: lines.length === 0 ? 'absent' : 'present',
        lines,
        reason: reason === null ? null : { ...reason, text: redact(reason.text, REASON_CHARACTERS) },
      };
    }),
    // An attempt that Temporal gave up may still be at work here when the next one begins: it has to end first.
    ensureRestarted: asChange('ensureRestarted', async (run, { service, seenInvocation }) => {
      const manager = findManager(service);
      return await inTurn(service, async () => await ensureRestarted(manager, { seenInvocation, ...run }, run.signal));
    }),
  };
}
