import type { Verdict, WaitEnd } from '../../../shared/observations/readings';
import { WELL } from '../../../shared/observations/standing';
import type { Hopeless, Look } from './reading';

export interface Wanted {
  deadlineMs: number;
  windowMs: number;
}

/** Decides from one look after another when waiting ends. Times are milliseconds of one steady clock. */
export class ReadingWatch {
  private wellSince: { at: number; time: string } | undefined;
  private firstWellAt: number | undefined;
  private readonly hopelessSince = new Map<string, number>();

  constructor(
    private readonly wanted: Wanted,
    private readonly startedAt: number,
  ) {}

  get isWell(): boolean {
    return this.wellSince !== undefined;
  }

  /** The verdict that this look brings, if any. */
  judge({ standing, observedAt, hopeless = {} }: Look, now: number): Omit<Verdict, 'last'> | undefined {
    this.wellSince = standing === WELL ? (this.wellSince ?? { at: now, time: observedAt }) : undefined;
    this.firstWellAt ??= this.wellSince?.at;
    const ended = this.reason(hopeless, now);
    if (ended === undefined) return undefined;
    const holds = ended === 'held';
    const heldSince = holds ? this.wellSince?.at : ended === 'died' ? this.firstWellAt : undefined;
    return {
      holds,
      since: holds ? (this.wellSince?.time ?? null) : null,
      heldMs: Math.round(now - (heldSince ?? now)),
      ended,
      waitedMs: Math.round(now - this.startedAt),
    };
  }

  private reason(hopeless: Hopeless, now: number): WaitEnd | undefined {
    const given = this.hopelessFor(hopeless, now);
    if (this.wellSince !== undefined && now - this.wellSince.at >= this.wanted.windowMs) return 'held';
    if (!this.isWell && given !== undefined) {
      return given === 'notRunning' && this.firstWellAt !== undefined ? 'died' : given;
    }
    return now - this.startedAt >= this.wanted.deadlineMs ? 'deadline' : undefined;
  }

  /** What has been seen without a break for its time. */
  private hopelessFor(hopeless: Hopeless, now: number): keyof Hopeless | undefined {
    const seen = Object.entries(hopeless) as [keyof Hopeless, number][];
    for (const name of this.hopelessSince.keys()) {
      if (!(name in hopeless)) this.hopelessSince.delete(name);
    }
    for (const [name] of seen) if (!this.hopelessSince.has(name)) this.hopelessSince.set(name, now);
    return seen.find(([name, afterMs]) => now - (this.hopelessSince.get(name) ?? now) >= afterMs)?.[0];
  }
}
