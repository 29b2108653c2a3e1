import type { RecentStarts, ServiceState } from '../shared/observations';

/** One service under its manager: `systemd`, or the document's "if running manually". */
export interface ServiceManager {
  /** Its state now. Only reads. */
  observe(signal?: AbortSignal): Promise<ServiceState>;
  /** Its starts in the last hour. Only reads. */
  observeRecentStarts(signal?: AbortSignal): Promise<RecentStarts>;
  /**
   * Its state once that is decisive: what an earlier attempt or another hand began has come to its end. Waits for it.
   */
  settle(signal?: AbortSignal): Promise<ServiceState>;
  /**
   * Ends the current start, if any, makes one new start, and gives the state after it. Not cut short by a cancellation:
   * half a restart is a stopped service. Whether the new start lives is in the state, not an error.
   */
  restart(): Promise<ServiceState>;
}
