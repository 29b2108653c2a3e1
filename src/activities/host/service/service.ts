import type { ServiceName, ServiceState, RecentStarts, StartLog } from '../../../shared/observations/service';
import type { Permitted } from '../../../shared/safety/permit';
import type { Change } from '../../../shared/observations/change';
import type { HostDeps } from '../core/deps';
import { ensureRestarted } from './ensure-restarted';
import { isInTransit } from '../../../host/services/service-manager';
import { mayStartAgain } from './may-start-again';
import type { Serialize } from '../core/serialize';
import { untilSettled } from '../watch/reading';
import { asActivity, beginOf } from '../core/run';
import { observeStartLog } from './start-log';

const LOOK_EVERY_MS = 250;

export interface ServiceActivities {
  /** A.diagnosis: unit and process state. Errors: `NotConfigured`, `ObservationFailed`. */
  observeService(input: { service: ServiceName }): Promise<ServiceState>;
  /** A.diagnosis: how often the service was started in the last hour. */
  observeRecentStarts(input: { service: ServiceName }): Promise<RecentStarts>;
  /** What the service and its manager said since its last start was asked for: why it could not start. */
  observeStartLog(input: { service: ServiceName }): Promise<StartLog>;
  /**
   * Waits until no start or stop of the service is under way, or the deadline; never throws for one that takes longer.
   * systemd's pause before a start of its own is not waited for.
   */
  waitUntilStarted(input: { service: ServiceName; deadlineMs: number }): Promise<ServiceState>;
  /**
   * A.1, A.2: the service runs in a start other than `seenInvocation`, the one observed before the
   * step: a restart that already happened, by an earlier attempt or by another hand, is observed and not repeated.
   * Errors: `UnitMasked`, `UnitUnusable`, `NotConfigured`, `NotInDesiredState`.
   */
  ensureRestarted(input: Permitted<{ service: ServiceName; seenInvocation: string }>): Promise<Change<ServiceState>>;
}

/** State and restart of KingFisher and its dependencies. */
export function createServiceActivities(deps: HostDeps, inTurn: Serialize): ServiceActivities {
  const { findManager, redact, asChange, ledger } = deps;
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
      return await inTurn(service, async () => {
        const isKeptStopped = ledger.stopped.has(service);
        const change = await ensureRestarted(manager, attempt, run.signal);
        if (isKeptStopped) await ledger.stopped.remove(service);
        return change;
      });
    }),
  };
}
