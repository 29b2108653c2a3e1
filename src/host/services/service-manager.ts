import type { RecentStarts, ServiceState } from '../../shared/observations/service';
import type { UnitLine } from '../logs/unit-log';

/** One service under its manager: `systemd`, or the document's "if running manually". */
export interface ServiceManager {
  /** Its state now. Only reads. */
  observe(signal?: AbortSignal): Promise<ServiceState>;
  /** Its starts in the last hour. Only reads. */
  observeRecentStarts(signal?: AbortSignal): Promise<RecentStarts>;
  /**
   * The last `lines` that it and its manager wrote since its last start was asked for, newest last; `undefined` when they
   * cannot be read. Only reads.
   */
  observeStartLog(lines: number, signal?: AbortSignal): Promise<UnitLine[] | undefined>;
  /**
   * Its state once that is decisive: what an earlier attempt or another hand began has come to its end. Waits for it.
   *
   * @throws HostError `JobStuck` when it does not come to its end.
   */
  settle(signal?: AbortSignal): Promise<ServiceState>;
  /**
   * Ends the current start, if any, makes one new start, and gives the state as soon as that has a name; `jobPending`
   * while the manager is still at it. Not cut short by a cancellation: half a restart is a stopped service. Whether the
   * new start lives is in the state, not an error.
   *
   * Whatever can be known before is looked at before the present start is ended.
   *
   * @throws HostError `JobStuck`, `NotConfigured`, `NotInDesiredState`
   */
  restart(): Promise<ServiceState>;
  /**
   * Asks the manager to end the present start and to make no new one, and waits for its end; a start that waits its turn
   * is called off. A cancellation ends the waiting alone.
   *
   * @throws HostError `JobStuck`, `NotInDesiredState` when it has not ended in time.
   */
  stop(signal?: AbortSignal): Promise<ServiceState>;
  /**
   * Makes a start where none runs, or where the present one is ending, and gives the state after it. Whether that lives
   * is in the state, not an error.
   *
   * @throws HostError `JobStuck`: where it can be, the start stays asked for and follows the end
   */
  start(): Promise<ServiceState>;
}

/** A start or a stop is under way. The pause before a start of the manager's own is neither. */
export function isInTransit({ active, sub, jobPending }: ServiceState): boolean {
  if (active === 'activating') return sub !== 'auto-restart';
  return active === 'deactivating' || jobPending;
}

/** Nothing of it runs, and nothing waits to start it. */
export function isStopped({ active, jobPending }: ServiceState): boolean {
  return (active === 'inactive' || active === 'failed') && !jobPending;
}
