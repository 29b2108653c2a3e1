import type { DeliveryOutcome } from './delivery';

const REMEMBER_MS = 30_000;
const MAX_REMEMBERED = 10_000;

/**
 * Two Alertmanagers, retries and storms bring the same alert many times. Those at the same time share one delivery, and
 * for a while after it later ones have nothing to add: a thousand duplicates are one signal.
 */
export class RecentDeliveries {
  private readonly underWay = new Map<string, Promise<DeliveryOutcome>>();
  /** Key to the moment until which it is remembered, oldest first. Only what Temporal has. */
  private readonly delivered = new Map<string, number>();

  constructor(private readonly now: () => number = Date.now) {}

  /** Runs `deliver` unless the same key is under way or was delivered lately. A failure is nobody's but those who share it. */
  async share(key: string, deliver: () => Promise<DeliveryOutcome>): Promise<DeliveryOutcome> {
    const until = this.delivered.get(key);
    if (until !== undefined && until > this.now()) return 'duplicate';
    const other = this.underWay.get(key);
    if (other !== undefined) {
      await other;
      return 'duplicate';
    }
    const own = deliver();
    this.underWay.set(key, own);
    try {
      const outcome = await own;
      // What found nothing open may be for an incident that is about to begin: it is asked anew each time.
      if (outcome !== 'nothingOpen') this.remember(key);
      return outcome;
    } finally {
      this.underWay.delete(key);
    }
  }

  private remember(key: string): void {
    this.delivered.delete(key);
    this.delivered.set(key, this.now() + REMEMBER_MS);
    for (const [oldest, until] of this.delivered) {
      if (this.delivered.size <= MAX_REMEMBERED && until > this.now()) return;
      this.delivered.delete(oldest);
    }
  }
}
