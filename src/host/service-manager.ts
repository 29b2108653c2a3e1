import type { RecentStarts, ServiceState } from '../shared/observations';

/** One service under its manager: `systemd`, or the document's "if running manually". */
export interface ServiceManager {
  /** Its state now. Only reads. */
  observe(signal?: AbortSignal): Promise<ServiceState>;
  /** Its starts in the last hour. Only reads. */
  observeRecentStarts(signal?: AbortSignal): Promise<RecentStarts>;
  /**
   * Waits until the next observation is decisive: what an earlier attempt or another hand began has come to its end.
   */
  settle(signal?: AbortSignal): Promise<void>;
  /**
   * Ends the current start, if any, and makes one new start. Not cut short by a cancellation: half a restart is a
   * stopped service. Whether the new start lives is for the next observation to say.
   */
  restart(): Promise<void>;
}
