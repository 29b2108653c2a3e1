import type { WorkflowExecutionInfo } from '@temporalio/client';

/** Temporal may list a run that ended so much later than it ended. */
const LISTED_WITHIN_MS = 120_000;
/** A store that cannot say what it has is waited for so long; then it counts as empty. */
const ASKED_WITHIN_MS = 600_000;

type Run = Pick<WorkflowExecutionInfo, 'runId' | 'closeTime'>;

/** Which runs that ended are still to be written. Plain state: times are epoch milliseconds. */
export class EndedRuns {
  private readonly begunAt: number;
  /** Written or handed over, with their ends. */
  private readonly kept = new Map<string, number>();
  private listed: Run[] = [];

  /** `sinceMs`: what ended before is nobody's business. */
  constructor(
    private readonly now: () => number,
    private sinceMs = 0,
  ) {
    this.begunAt = now();
  }

  /** All that ended before this is kept. */
  get since(): Date {
    return new Date(this.sinceMs);
  }

  /** Of which nobody here knows whether they are kept. */
  unsure<R extends Run>(runs: R[]): R[] {
    return runs.filter(({ runId }) => !this.kept.has(runId));
  }

  /**
   * Begins a round: those to write. `over`: what the store has; null where it cannot be asked. Then what ended before we began
   * may be in it: that waits for a while, and Temporal has it meanwhile.
   */
  missing<R extends Run>(runs: R[], over: Set<string> | null): R[] {
    this.listed = runs;
    for (const run of runs) if (over?.has(run.runId) === true) this.kept.set(run.runId, endOf(run));
    const missing = this.unsure(runs);
    if (over !== null || this.now() - this.begunAt > ASKED_WITHIN_MS) return missing;
    return missing.filter((run) => endOf(run) >= this.begunAt);
  }

  done(run: Run): void {
    this.kept.set(run.runId, endOf(run));
  }

  /** What is not kept is listed again by the next round. */
  endRound(): void {
    if (this.unsure(this.listed).length > 0) return;
    this.sinceMs = Math.max(this.sinceMs, ...this.listed.map((run) => endOf(run) - LISTED_WITHIN_MS));
    for (const [runId, endedAt] of this.kept) if (endedAt < this.sinceMs) this.kept.delete(runId);
  }
}

function endOf({ closeTime }: Run): number {
  return closeTime?.getTime() ?? 0;
}
