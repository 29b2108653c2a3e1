import { maskLines } from '../../host/log-tail';
import { reasonOf } from '../../host/start-reason';
import { tellLine } from '../../host/unit-log';
import type { HostDeps } from './dependencies';
import { ensureRestarted } from './ensure-restarted';
import { isInTransit } from '../../host/service-manager';
import { sleep } from '../../host/sleep';
import { logRedactorOf } from './log-redactor';
import { mayStartAgain } from './may-start-again';
import type { InTurn } from './queues';
import { asActivity, beginOf } from './run';
import type { HostActivities } from './types';

type ServiceActivities = Pick<
  HostActivities,
  'observeService' | 'observeRecentStarts' | 'observeStartLog' | 'waitUntilStarted' | 'ensureRestarted'
>;

const START_LOG_LINES = 10;
const LOOK_EVERY_MS = 250;
/** The reason may stand above a stack. */
const READ_LINES = 60;
const REASON_CHARACTERS = 300;

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
      const manager = findManager(service);
      const masked = await logRedactorOf(service, deps, signal);
      const said = (await manager.observeStartLog(READ_LINES, signal)) ?? [];
      const lines = maskLines(said.slice(-START_LOG_LINES).map(tellLine), masked);
      const reason = reasonOf(said);
      return {
        service,
        evidence: lines.length === 0 ? 'absent' : 'present',
        lines,
        reason: reason === null ? null : { ...reason, text: masked(reason.text, REASON_CHARACTERS) },
      };
    }),
    waitUntilStarted: asActivity(redact, async (run, { service, deadlineMs }) => {
      const manager = findManager(service);
      const end = beginOf(run) + deadlineMs;
      for (;;) {
        const state = await manager.observe(run.signal);
        if (!isInTransit(state) || Date.now() >= end) return state;
        await sleep(LOOK_EVERY_MS, run.signal);
      }
    }),
    // An attempt that Temporal gave up may still be at work here when the next one begins: it has to end first.
    ensureRestarted: asChange('ensureRestarted', async (run, { service, seenInvocation }) => {
      const manager = findManager(service);
      const attempt = { seenInvocation, ...run, mayStartAgain: () => mayStartAgain(service, deps) };
      return await inTurn(service, async () => await ensureRestarted(manager, attempt, run.signal));
    }),
  };
}
