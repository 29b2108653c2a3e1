import type { Alert } from '../shared/alert';
import { COPIES_WITHIN_MS } from '../shared/episode';

const MAX_WAITING = 500;
/** Longer than copies can come, also where Temporal's clock is ahead of ours. */
export const LOOK_AFTER_MS = COPIES_WITHIN_MS + 2 * 60_000;

/**
 * Firing alerts that were taken for copies of a closed episode. Alertmanager says the same again only after its
 * `repeat_interval`, which may be hours: one that nobody has resolved when copies can no longer come is brought again.
 *
 * In memory only, so best effort: Alertmanager's next repetition does the same later.
 */
export class SecondLooks {
  /** Oldest first. */
  private readonly waiting = new Map<string, NodeJS.Timeout>();

  /** @param bring brings an alert to its incident, as if it had come now */
  constructor(
    private readonly bring: (alert: Alert) => void,
    private readonly afterMs = LOOK_AFTER_MS,
  ) {}

  /** Whoever waits already is not waited for anew: a sender that goes on is looked at in time. */
  expect(workflowId: string, alert: Alert): void {
    const key = keyOf(workflowId, alert);
    if (this.waiting.has(key)) return;
    const timer = setTimeout(() => {
      this.waiting.delete(key);
      this.bring(alert);
    }, this.afterMs);
    // Nobody who wants to end waits for it.
    timer.unref();
    this.waiting.set(key, timer);
    const [oldest] = this.waiting.keys();
    if (this.waiting.size > MAX_WAITING && oldest !== undefined) this.drop(oldest);
  }

  /** It is resolved, or an incident has it. */
  forget(workflowId: string, alert: Alert): void {
    this.drop(keyOf(workflowId, alert));
  }

  private drop(key: string): void {
    clearTimeout(this.waiting.get(key));
    this.waiting.delete(key);
  }
}

/** Of a fingerprint only one episode can fire at a time. */
function keyOf(workflowId: string, { fingerprint }: Alert): string {
  return JSON.stringify([workflowId, fingerprint]);
}
