import { WELL } from '../../../shared/observations/standing';
import type { StandingReading, WatchTerms } from '../../../shared/observations/standing';
import type { Look, Start } from './reading';

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
  /** Of its service, as last seen. */
  private start: Start | undefined;
  /** The start that it runs in, as asked about or as first seen. */
  private firstStart: string | null;

  constructor(
    private readonly wanted: WatchTerms,
    private readonly startedAt: number,
  ) {
    this.firstStart = wanted.invocation || null;
  }

  get isWell(): boolean {
    return this.standing?.word === WELL;
  }

  /** What this look ends the watch with, if anything. */
  judge({ standing: word, start, observedAt }: Look, now: number): StandingReading | undefined {
    this.see(start, now);
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
      invocation: this.start?.invocation ?? '',
      restarts: this.start?.restarts ?? 0,
      observedAt,
    };
  }

  /** A new start begins to stand anew. */
  private see(start: Start | undefined, now: number): void {
    const isAnother = start !== undefined && this.start !== undefined && start.invocation !== this.start.invocation;
    if (isAnother && this.standing !== null) this.standing.since = now;
    this.start = start ?? this.start;
    this.firstStart ??= this.start?.invocation || null;
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
    const running = this.start?.invocation ?? '';
    return this.firstStart !== null && running !== '' && running !== this.firstStart;
  }
}
