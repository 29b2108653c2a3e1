import type { EscalationClock } from '../clock';
import type { IncidentClient } from '../incident-client';
import type { Pager } from './pager';

const MINUTE_MS = 60_000;
/** A tier that nobody received within this time counts as not delivered, and the next one is due. */
const DELIVERED_WITHIN_MS = MINUTE_MS;
/** A tier that is due already waits this long for the one before it, so that they arrive in order. */
const IN_ORDER_MS = 5_000;
const REFUSED_AGAIN_MS = 5 * MINUTE_MS;

/** What became of the tier that went out last: whether it reached anybody, and when what was refused is tried again. */
export class Delivery {
  /** The tier of which it is not yet known whether it reached anybody. */
  private trial: { tier: number; startedAt: number } | null = null;
  private refusedAt = Date.now();

  constructor(
    private readonly clock: EscalationClock,
    private readonly pager: Pager,
    private readonly incident: IncidentClient,
  ) {}

  get isOpen(): boolean {
    return this.trial !== null;
  }

  /** A tier goes out. One before it keeps being tried; what is known of it by now is what the incident hears. */
  begin(tier: number, now: number): void {
    this.end();
    this.trial = { tier, startedAt: now };
  }

  end(): void {
    if (this.trial === null) return;
    const { tier } = this.trial;
    this.trial = null;
    this.refusedAt = Date.now();
    this.incident.paged(tier, this.pager.pagesOf(tier));
  }

  /** Whether the tier that is being tried was settled, one way or the other. */
  conclude(now: number): boolean {
    if (this.trial === null) return false;
    const { tier, startedAt } = this.trial;
    if (!this.pager.isSettled(tier) && now < startedAt + DELIVERED_WITHIN_MS) return false;
    this.end();
    if (!this.pager.isDelivered(tier)) this.clock.reachedNobody(now);
    return true;
  }

  /** The tier before should arrive first. */
  isTooEarly(now: number): boolean {
    return this.trial !== null && now < this.trial.startedAt + IN_ORDER_MS;
  }

  /** When there is something to do, `Infinity` for never. */
  nextAt(now: number): number {
    if (this.trial !== null) {
      return this.trial.startedAt + (this.isTooEarly(now) ? IN_ORDER_MS : DELIVERED_WITHIN_MS);
    }
    return this.mayRetry ? this.refusedAt + REFUSED_AGAIN_MS : Infinity;
  }

  /** All tiers are out, and the last reached nobody, nor did anything since. */
  get mayRetry(): boolean {
    const last = this.clock.state.out.at(-1);
    if (!this.clock.allOut || last === undefined || this.trial !== null || !this.pager.hasRefused) return false;
    return !this.pager.state.pages.some((page) => page.delivered && Date.parse(page.at) >= last.at);
  }

  /** Tries again what was refused, when it is time. */
  retried(now: number): boolean {
    if (!this.mayRetry || now < this.refusedAt + REFUSED_AGAIN_MS) return false;
    this.refusedAt = now;
    this.pager.retryRefused();
    return true;
  }

  /** Every tier is out, and nothing that is still tried could reach somebody. */
  get isAllDone(): boolean {
    return this.clock.allOut && this.trial === null && !this.pager.isSending && !this.mayRetry;
  }

  /** What is waited for, in words. */
  get waitsFor(): string {
    return this.trial === null ? 'Look after the incident' : `Delivery of tier ${this.trial.tier}`;
  }
}
