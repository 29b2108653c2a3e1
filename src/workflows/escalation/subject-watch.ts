import { condition } from '@temporalio/workflow';
import { endInWords } from '../../shared/summary/run-end';
import type { Subject } from '../../shared/paging/escalation';
import { askTemporal } from '../support/ask-temporal';

const MINUTE_MS = 60_000;
/** How often the incident's run is looked at while something is still to come, and afterwards. */
const LOOK_MS = 5 * MINUTE_MS;
const LOOK_RARELY_MS = 60 * MINUTE_MS;
/** An observation of the run is good for this long. */
const LOOK_HOLDS_MS = 5_000;
/** A run that completed has sent `closed` before; it may arrive a moment later. */
const CLOSED_WITHIN_MS = 10_000;

/** Looks after the run that is paged about: nobody else would notice that it was terminated. */
export class SubjectWatch {
  private lookedAt = Date.now();

  constructor(
    private readonly subject: Subject,
    /** Epoch milliseconds. */
    private readonly zero: number,
    /** Why nothing automatic works on it any more; null while the run is open. */
    public gone: string | null,
  ) {}

  /** What was seen last may no longer be so. */
  isStale(now: number): boolean {
    return this.gone === null && now - this.lookedAt > LOOK_HOLDS_MS;
  }

  /** `Infinity` when there is nothing left to look at. */
  nextAt(isQuiet: boolean): number {
    if (this.gone !== null) return Infinity;
    const every = isQuiet ? LOOK_RARELY_MS : LOOK_MS;
    // Counted from zero, so that looks and tiers fall together.
    return this.zero + (Math.floor((this.lookedAt - this.zero) / every) + 1) * every;
  }

  /** Finds out whether the run is gone. */
  async look(isClosed: () => boolean): Promise<void> {
    const end = await endOf(this.subject);
    this.lookedAt = Date.now();
    if (end === undefined) return;
    if (end === 'COMPLETED' && (await condition(isClosed, CLOSED_WITHIN_MS))) return;
    this.gone = endInWords(end);
  }
}

/**
 * How what is paged about ended, or undefined while it is open or cannot be observed: paging must not depend on knowing.
 */
async function endOf({ workflowId, runId }: Subject): Promise<string | undefined> {
  const run = await askTemporal(({ observeRun }) => observeRun({ workflowId, runId }));
  return run === undefined || run.open ? undefined : run.status;
}
