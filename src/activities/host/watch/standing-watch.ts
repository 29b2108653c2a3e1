import { WELL, standingOf } from '../../../shared/observations/standing';
import type { HealthState } from '../../../shared/observations/probes';
import type { ServiceState } from '../../../shared/observations/service';
import type { StandingReading, WatchRequest } from '../../../shared/observations/standing';

/** One answer that is late is no outage: it must be seen more than once, over some time. */
const NOT_WELL = { looks: 3, forMs: 2_000 };
/** A start under way passes through several states: only one that lasts is another way of not being well. */
const CHANGED_FOR_MS = 10_000;

/** Decides from one look after another when a long watch ends. Times are milliseconds of one steady clock. */
export class StandingWatch {
  private standing: { word: string; since: number } | null = null;
  /** A well that did not last is no answer, but what comes after it is another fault than the one before. */
  private wasWell = false;
  private notWell: { since: number; looks: number } | null = null;
  private service: ServiceState | undefined;
  /** The start that it runs in, as asked about or as first seen. */
  private firstStart: string | null;

  constructor(
    private readonly wanted: WatchRequest,
    private readonly startedAt: number,
  ) {
    this.firstStart = wanted.invocation || null;
  }

  /** The service as its manager sees it; `undefined` when it could not be observed. A new start begins to stand anew. */
  see(state: ServiceState | undefined, now: number): void {
    const isNewStart =
      state !== undefined && this.service !== undefined && state.invocation !== this.service.invocation;
    if (isNewStart && this.standing !== null) this.standing.since = now;
    this.service = state ?? this.service;
    this.firstStart ??= this.service?.invocation || null;
  }

  /** What this look ends the watch with, if anything. */
  judge(health: HealthState, now: number): StandingReading | undefined {
    const word = standingOf(health, this.service);
    if (this.standing?.word !== word) this.standing = { word, since: now };
    this.notWell = word === WELL ? null : { since: this.notWell?.since ?? now, looks: (this.notWell?.looks ?? 0) + 1 };
    if (word === WELL) this.wasWell = true;
    const ended = this.reason(word, now);
    if (ended === undefined) return undefined;
    const since = word !== WELL && ended !== 'unchanged' ? (this.notWell?.since ?? now) : this.standing.since;
    return {
      standing: word,
      ended,
      heldMs: Math.round(now - since),
      invocation: this.service?.invocation ?? '',
      restarts: this.service?.restarts ?? 0,
      observedAt: health.observedAt,
    };
  }

  private reason(word: string, now: number): StandingReading['ended'] | undefined {
    const { seen, isMended, wellForMs, forMs } = this.wanted;
    const held = now - (this.standing?.since ?? now);
    if (word === WELL && seen !== WELL && held >= wellForMs) return 'changed';
    if (word === WELL && seen === WELL && this.isAnotherStart()) return 'restarted';
    if (word !== WELL && isMended && this.isNotWellForGood(now)) return 'changed';
    if (word !== WELL && !isMended && held >= CHANGED_FOR_MS) {
      if (this.wasWell) return 'brokeAnew';
      if (word !== seen) return 'changed';
    }
    return now - this.startedAt >= forMs ? 'unchanged' : undefined;
  }

  private isNotWellForGood(now: number): boolean {
    const { looks, since } = this.notWell ?? { looks: 0, since: now };
    return looks >= NOT_WELL.looks && now - since >= NOT_WELL.forMs;
  }

  private isAnotherStart(): boolean {
    const running = this.service?.invocation ?? '';
    return this.firstStart !== null && running !== '' && running !== this.firstStart;
  }
}
