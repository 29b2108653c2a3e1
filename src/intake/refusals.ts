import type { Logger } from 'pino';

/** A request that was not taken. */
export interface Refusal {
  /** 400, 401, 404, 413, 415 … */
  status: number;
  /** Address of the sender, as the connection has it. */
  sender: string;
  /** Of the body, as far as it is known. */
  bytes: number | null;
  /** Why, in words. */
  reason: string;
}

/** What `/readyz` and `/healthz` say while there is something to say. Anybody may ask them, so no more than that. */
export interface RefusedLately {
  /** Requests of the last ten minutes, by status. */
  byStatus: Record<string, number>;
  newestAt: string;
  hint: string;
}

const HINT = 'refused alerts are not sent again: the log says who sent what, and why it was refused';

const LATELY_MS = 10 * 60_000;
const WARN_EVERY_MS = 60_000;
const MAX_SENDERS = 1_000;

/**
 * Requests that were refused. Alertmanager never sends a refused alert again, so somebody has to hear of it: the first of
 * a sender and status is a warning at once, later ones are counted into one warning a minute.
 */
export class Refusals {
  private newestAt = '';
  /** Minute to count by status: no more than ten of them, whatever comes. */
  private readonly minutes = new Map<number, Record<string, number>>();
  /** By sender and status, when it was warned of, and how many came since; the longest silent first. */
  private readonly warned = new Map<string, { at: number; since: number }>();

  constructor(
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly now: () => number = Date.now,
  ) {}

  note(refusal: Refusal): void {
    const now = this.now();
    this.newestAt = new Date(now).toISOString();
    const minute = Math.floor(now / 60_000);
    const counts = this.minutes.get(minute) ?? {};
    counts[refusal.status] = (counts[refusal.status] ?? 0) + 1;
    this.minutes.set(minute, counts);
    this.forget(now);
    this.warn(refusal, now);
  }

  /** Undefined where nothing was refused within ten minutes. */
  lately(): RefusedLately | undefined {
    this.forget(this.now());
    if (this.minutes.size === 0) return undefined;
    const byStatus: Record<string, number> = {};
    for (const counts of this.minutes.values()) {
      for (const [status, count] of Object.entries(counts)) byStatus[status] = (byStatus[status] ?? 0) + count;
    }
    return { byStatus, newestAt: this.newestAt, hint: HINT };
  }

  private warn(refusal: Refusal, now: number): void {
    const key = `${refusal.status} ${refusal.sender}`;
    const earlier = this.warned.get(key);
    if (earlier !== undefined && now - earlier.at < WARN_EVERY_MS) {
      earlier.since += 1;
      return;
    }
    this.warned.delete(key);
    this.warned.set(key, { at: now, since: 0 });
    const [oldest] = this.warned.keys();
    if (this.warned.size > MAX_SENDERS && oldest !== undefined) this.warned.delete(oldest);
    const more = earlier?.since ?? 0;
    this.logger.warn({ ...refusal, ...(more === 0 ? {} : { alsoSinceLastWarning: more }) }, 'request refused');
  }

  private forget(now: number): void {
    const oldest = Math.floor((now - LATELY_MS) / 60_000);
    for (const minute of this.minutes.keys()) if (minute <= oldest) this.minutes.delete(minute);
  }
}
