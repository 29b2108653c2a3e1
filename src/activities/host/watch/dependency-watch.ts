import type { Condition, DependencyState } from '../../../shared/observations/probes';

/** A condition that holds this long, seen more than once, is what it looks like. `starting` is waited for. */
const HOLDS_MS: Partial<Record<Condition, number>> = { busy: 3_000, protecting: 2_000, refused: 2_000, down: 2_000 };
const LOOKS = 3;
/** After the deadline only an end that began just before it is still looked at. */
const GRACE_MS = 5_000;

type Seen = Pick<DependencyState, 'condition' | 'why' | 'endpoint'>;

/**
 * Decides from one look after another whether it is clear what a dependency is up to. Never by a single look, unless it
 * is well. Times are milliseconds of one steady clock.
 */
export class DependencyWatch {
  private kind: string | undefined;
  private since = 0;
  private looks = 0;
  private onlySilence = true;

  constructor(
    private readonly deadlineMs: number,
    private readonly startedAt: number,
  ) {}

  /** What it is, once that is clear. */
  judge<T extends Seen>(seen: T, now: number): T | undefined {
    if (seen.condition === 'well') return seen;
    const isSilent = isSilence(seen);
    this.onlySilence &&= isSilent;
    this.count(isSilent ? 'silent' : seen.condition, now);
    const holdsMs = isSilent ? undefined : HOLDS_MS[seen.condition];
    if (holdsMs !== undefined && this.looks >= LOOKS && now - this.since >= holdsMs) return seen;
    return this.atDeadline(seen, now - this.startedAt);
  }

  private count(kind: string, now: number): void {
    if (kind !== this.kind) {
      this.kind = kind;
      this.since = now;
      this.looks = 0;
    }
    this.looks += 1;
  }

  private atDeadline<T extends Seen>(seen: T, waitedMs: number): T | undefined {
    if (waitedMs < this.deadlineMs) return undefined;
    if (isSilence(seen)) return this.silent(seen, waitedMs);
    if (seen.condition !== 'down') return seen;
    // It comes and goes: not down for long enough to be started anew.
    return waitedMs < this.deadlineMs + GRACE_MS ? undefined : { ...seen, condition: 'starting' };
  }

  /** A server that takes connections and answered none of many questions in all that time hangs. */
  private silent<T extends Seen>(seen: T, waitedMs: number): T | undefined {
    if (!this.onlySilence) return seen;
    if (this.looks < LOOKS) return undefined;
    const why = `takes connections and gave no answer for ${Math.round(waitedMs / 1_000)} s`;
    return { ...seen, condition: 'down', why };
  }
}

/** Busy because it says nothing, and not because it says so. */
function isSilence({ condition, endpoint }: Seen): boolean {
  return condition === 'busy' && endpoint.answer === 'timeout';
}
