import type { IncidentView } from '../../../shared/incident';

/** An incident at work is looked at this often, one in which nothing changes more and more seldom. */
const SOONEST_MS = 5_000;
const LATEST_MS = 120_000;
/** Half of what a view shows: entries beyond that are about to be left out. */
const MOST_UNKEPT = 100;

type View = Pick<IncidentView, 'changedAt' | 'timeline'>;

interface Known {
  dueAt: number;
  waitMs: number;
  /** Of the view that was read last. */
  seenAt: string | undefined;
  /** Of the view that was kept last. */
  changedAt: string | undefined;
  /** Every entry with a lower number is kept. */
  keptTo: number;
}

/** When each open run is read again, and what of it is kept. Plain state: times are epoch milliseconds. */
export class OpenRuns {
  private known = new Map<string, Known>();

  constructor(private readonly now: () => number) {}

  /** Of those that are open, which it is time for. The others are forgotten. */
  due<R extends { runId: string }>(open: R[]): R[] {
    const fresh = () => ({ dueAt: 0, waitMs: SOONEST_MS, seenAt: undefined, changedAt: undefined, keptTo: 0 });
    this.known = new Map(open.map(({ runId }) => [runId, this.known.get(runId) ?? fresh()]));
    return open.filter(({ runId }) => this.known.get(runId)!.dueAt <= this.now());
  }

  /** The store is back: all are read now. */
  lookAgain(): void {
    for (const one of this.known.values()) Object.assign(one, { dueAt: 0, waitMs: SOONEST_MS });
  }

  /** Whether there is something to write. Says when it is read again, too. */
  isNews(runId: string, { changedAt }: View): boolean {
    const one = this.known.get(runId)!;
    one.waitMs = changedAt === one.seenAt ? Math.min(LATEST_MS, one.waitMs * 2) : SOONEST_MS;
    one.dueAt = this.now() + one.waitMs;
    one.seenAt = changedAt;
    return changedAt === undefined || changedAt !== one.changedAt;
  }

  kept(runId: string, { changedAt, timeline }: View): void {
    Object.assign(this.known.get(runId)!, { changedAt, keptTo: nextOf(timeline) });
  }

  /** So much is not kept that the view may leave some of it out before the store is back. */
  isAtRisk(runId: string, { timeline }: View): boolean {
    return nextOf(timeline) - this.known.get(runId)!.keptTo >= MOST_UNKEPT;
  }
}

function nextOf(timeline: View['timeline']): number {
  return (timeline.at(-1)?.id ?? -1) + 1;
}
