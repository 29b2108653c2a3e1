import { formatDuration } from '../../shared/durations';
import type { GuardPolicy, TurnRequest } from '../../shared/guard';
import type { ServiceName } from '../../shared/observations';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Alertmanager repeats itself for hours; a week is longer than anything late. */
const EPISODES_FOR_MS = 7 * DAY_MS;
const MAX_EPISODES = 500;
const MAX_RESTARTS = 1_000;
const MAX_INCIDENTS = 1_000;
const SERVICES: readonly ServiceName[] = ['kingfisher', 'postgres', 'redis', 'rabbitmq'];

/** What a guard remembers of the past. Plain: it is carried from run to run. Times are epoch milliseconds. */
export interface GuardMemoryState {
  restarts: { service: ServiceName; at: number }[];
  /** Incidents of alerts that changed something, by their last change. */
  changed: { incidentId: string; runId: string; at: number }[];
  /** Episodes that are over for good. */
  closed: { fingerprint: string; startsAt: string; at: number }[];
}

/** Restarts of the last hour, incidents that changed something, and closed episodes; bounded, the newest are kept. */
export class GuardMemory {
  constructor(readonly state: GuardMemoryState = { restarts: [], changed: [], closed: [] }) {}

  noteRestart(service: ServiceName, at: number): void {
    this.state.restarts = [...this.state.restarts, { service, at }].slice(-MAX_RESTARTS);
  }

  noteChanged(incidentId: string, runId: string, at: number): void {
    const others = this.state.changed.filter((one) => one.runId !== runId || one.incidentId !== incidentId);
    this.state.changed = [...others, { incidentId, runId, at }].slice(-MAX_INCIDENTS);
  }

  noteClosed(episodes: Record<string, string>, at: number): void {
    for (const [fingerprint, startsAt] of Object.entries(episodes)) {
      const known = this.closedSince(fingerprint);
      if (known !== undefined && known >= startsAt) continue;
      const others = this.state.closed.filter((one) => one.fingerprint !== fingerprint);
      this.state.closed = [...others, { fingerprint, startsAt, at }].slice(-MAX_EPISODES);
    }
  }

  /** Drops what counts for nothing any more. */
  forget(now: number): void {
    const { restarts, changed, closed } = this.state;
    this.state.restarts = restarts.filter(({ at }) => now - at < HOUR_MS);
    this.state.changed = changed.filter(({ at }) => now - at < DAY_MS);
    this.state.closed = closed.filter(({ at }) => now - at < EPISODES_FOR_MS);
  }

  /** When there will be nothing left to remember; 0 when there is nothing now. */
  emptyAt(): number {
    const { restarts, changed, closed } = this.state;
    return Math.max(
      0,
      ...restarts.map(({ at }) => at + HOUR_MS),
      ...changed.map(({ at }) => at + DAY_MS),
      ...closed.map(({ at }) => at + EPISODES_FOR_MS),
    );
  }

  restarts(now: number): Partial<Record<ServiceName, number>> {
    const counts: Partial<Record<ServiceName, number>> = {};
    for (const { service, at } of this.state.restarts) {
      if (now - at < HOUR_MS) counts[service] = (counts[service] ?? 0) + 1;
    }
    return counts;
  }

  restartsLeft({ restartsPerHour }: GuardPolicy, now: number): Record<ServiceName, number> {
    const spent = this.restarts(now);
    const left = SERVICES.map((service) => [service, Math.max(0, restartsPerHour - (spent[service] ?? 0))]);
    return Object.fromEntries(left) as Record<ServiceName, number>;
  }

  /** Incidents that changed something within the flap window. */
  recent({ flapping }: GuardPolicy, now: number): { incidentId: string; runId: string }[] {
    return this.state.changed.filter(({ at }) => now - at < flapping.withinMs);
  }

  /**
   * Why an incident of an alert gets no turn, as far as the past tells. A service whose budget is spent does not hold up
   * the others: `budget` is the answer when none is left.
   */
  refusal(
    request: TurnRequest,
    now: number,
  ): { reason: 'budget' | 'flapping' | 'episodeClosed'; detail: string } | null {
    if (request.startedBy !== null) return null;
    const { policy, episodes } = request;
    if (this.areClosed(episodes)) {
      return { reason: 'episodeClosed', detail: 'all its alerts belong to episodes that are closed' };
    }
    const others = this.recent(policy, now).filter(({ runId }) => runId !== request.runId);
    if (others.length >= policy.flapping.incidents) {
      const window = formatDuration(policy.flapping.withinMs);
      return {
        reason: 'flapping',
        detail: `${others.length} incidents of this host changed something within ${window}, and none of it lasted`,
      };
    }
    if (Object.values(this.restartsLeft(policy, now)).some((left) => left > 0)) return null;
    return { reason: 'budget', detail: `every service was restarted ${policy.restartsPerHour} times within an hour` };
  }

  private areClosed(episodes: Record<string, string>): boolean {
    const all = Object.entries(episodes);
    return all.length > 0 && all.every(([fingerprint, startsAt]) => (this.closedSince(fingerprint) ?? '') >= startsAt);
  }

  private closedSince(fingerprint: string): string | undefined {
    return this.state.closed.find((one) => one.fingerprint === fingerprint)?.startsAt;
  }
}
