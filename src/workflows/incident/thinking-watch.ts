import { condition } from '@temporalio/workflow';
import { WELL } from '../../shared/observations/standing';
import { HostWatch, hostOf } from '../runbook/host-watch';
import type { Watched } from '../runbook/watched';
import type { Incident } from './incident';

/** Who answers at once answers about what was diagnosed a moment ago. */
const FIRST_LOOK_AFTER_MS = 15_000;
/** A host that never stands still must not take every question out of people's hands. */
const MOST_CHANGES = 2;

/** Looks at the host while people think: what they are asked is about a host that stands as it did. */
export class ThinkingWatch {
  private changes = 0;

  constructor(
    private readonly incident: Incident,
    private readonly watched: Watched,
  ) {}

  /**
   * Waits until `isOver`, at most `forMs`. Gives how the host stands where it is well, or unwell in another way than when
   * the wait began; `over` or `expired` else.
   */
  async until(
    isOver: () => boolean,
    { page, forMs, summary }: { page: string; forMs: number; summary: string },
  ): Promise<{ ended: 'over' | 'expired' } | { ended: 'changed'; standing: string; heldMs: number }> {
    const { incident } = this;
    const watch = new HostWatch(incident, hostOf(incident), page, this.watched);
    const deadline = Date.now() + forMs;
    let seen: string | null = null;
    if (await condition(isOver, Math.min(forMs, FIRST_LOOK_AFTER_MS), { summary })) return { ended: 'over' };
    try {
      await watch.beginUnwell(seen);
      for (;;) {
        const left = Math.max(1, deadline - Date.now());
        const hasNews = await condition(() => isOver() || watch.hasReading, left, { summary });
        if (isOver()) return { ended: 'over' };
        if (!hasNews) return { ended: 'expired' };
        const { standing, heldMs, wasAway, ended } = watch.take()!;
        const isOther = standing === WELL || ended === 'brokeAnew' || (seen !== null && standing !== seen && !wasAway);
        if (isOther && this.changes < MOST_CHANGES) {
          this.changes++;
          return { ended: 'changed', standing, heldMs };
        }
        await watch.beginUnwell((seen = standing));
      }
    } finally {
      await watch.stop();
    }
  }
}
