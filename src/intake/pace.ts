const PER_SECOND = 4;
const AT_ONCE = 4;
const INTERVAL_MS = 1_000 / PER_SECOND;
const MAX_REMEMBERED = 10_000;

/**
 * How often each incident is told something: a few times at once, then four times a second. Each telling costs the
 * incident some events of its history, however much is told.
 */
export class Pace {
  /** Incident to the moment at which all that it was told is "paid for", least recently told first. */
  private readonly paidAt = new Map<string, number>();

  constructor(private readonly now: () => number = Date.now) {}

  /** Milliseconds until the incident may be told something, 0 for now. */
  waitMs(incident: string): number {
    const paidAt = this.paidAt.get(incident) ?? 0;
    return Math.max(0, paidAt - (AT_ONCE - 1) * INTERVAL_MS - this.now());
  }

  told(incident: string): void {
    const paidAt = Math.max(this.paidAt.get(incident) ?? 0, this.now()) + INTERVAL_MS;
    this.paidAt.delete(incident);
    this.paidAt.set(incident, paidAt);
    for (const [oldest, until] of this.paidAt) {
      if (this.paidAt.size <= MAX_REMEMBERED && until > this.now()) return;
      this.paidAt.delete(oldest);
    }
  }

  /** It is another run now, with a history of its own. */
  forget(incident: string): void {
    this.paidAt.delete(incident);
  }
}
