import { formatDuration } from '../../shared/text/durations';
import { cut } from '../../shared/text/text';
import type { ChangeMade, GuardPolicy, TurnRequest } from '../../shared/safety/guard';
import type { ServiceName } from '../../shared/observations/service';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MAX_RESTARTS = 1_000;
const MAX_INCIDENTS = 1_000;
const MAX_NOTES = 30;
const MAX_WHAT = 200;
const SERVICES: readonly ServiceName[] = ['kingfisher', 'postgres', 'redis', 'rabbitmq'];

/** What a guard remembers of the past. Plain: it is carried from run to run. Times are epoch milliseconds. */
export interface GuardMemoryState {
  restarts: { service: ServiceName; at: number }[];
  /** Incidents of alerts that changed something, by their last change. */
  changed: { incidentId: string; runId: string; at: number }[];
  /** Whose they are and what they were; absent where there was none. */
  notes?: { incidentId: string; runId: string; what: string; at: number }[];
}

/** Restarts of the last hour, and incidents that changed something; bounded, the newest are kept. */
export class GuardMemory {
  constructor(readonly state: GuardMemoryState = { restarts: [], changed: [] }) {}

  noteRestart(service: ServiceName, at: number): void {
    this.state.restarts = [...this.state.restarts, { service, at }].slice(-MAX_RESTARTS);
  }

  noteChanged(incidentId: string, runId: string, at: number): void {
    const others = this.state.changed.filter((one) => one.runId !== runId || one.incidentId !== incidentId);
    this.state.changed = [...others, { incidentId, runId, at }].slice(-MAX_INCIDENTS);
  }

  /** For those who see later that the host became well: a person's too, which counts for no budget. */
  noteWhat(incidentId: string, runId: string, what: string, at: number): void {
    const note = { incidentId, runId, what: cut(what, MAX_WHAT), at };
    this.state.notes = [...(this.state.notes ?? []), note].slice(-MAX_NOTES);
  }

  /** The newest changes of the last day, oldest first. */
  changes(now: number): ChangeMade[] {
    const notes = (this.state.notes ?? []).filter(({ at }) => now - at < DAY_MS);
    return notes.map(({ at, ...note }) => ({ ...note, at: new Date(at).toISOString() }));
  }

  /** Drops what counts for nothing any more. */
  forget(now: number): void {
    const { restarts, changed, notes } = this.state;
    this.state.restarts = restarts.filter(({ at }) => now - at < HOUR_MS);
    this.state.changed = changed.filter(({ at }) => now - at < DAY_MS);
    if (notes !== undefined) this.state.notes = notes.filter(({ at }) => now - at < DAY_MS);
  }

  /** When there will be nothing left to remember; 0 when there is nothing now. */
  emptyAt(): number {
    const { restarts, changed, notes = [] } = this.state;
    const days = [...changed, ...notes].map(({ at }) => at + DAY_MS);
    return Math.max(0, ...restarts.map(({ at }) => at + HOUR_MS), ...days);
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
    { policy, runId, startedBy }: TurnRequest,
    now: number,
  ): { reason: 'budget' | 'flapping'; detail: string } | null {
    if (startedBy !== null) return null;
    const others = this.recent(policy, now).filter((one) => one.runId !== runId);
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
}
