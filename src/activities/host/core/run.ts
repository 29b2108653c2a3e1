import { CancelledFailure, Context } from '@temporalio/activity';
import type { Redact } from '../../../host/redact';
import { toFailure } from './failures';

/** An attempt is taken for dead after three beats that did not come. */
const BEATS = 3;
/** Where nobody waits for beats, they still tell of a cancellation. */
const BEAT_MS = 1_000;

/** What one running activity has of Temporal. */
export interface Run {
  /** Aborts when the activity is cancelled, its worker shuts down or it timed out. */
  signal: AbortSignal;
  /** 1 for the first; more after an attempt that failed or died. */
  attempt: number;
  /** Remembers where it is: sent with every heartbeat, and given to the next attempt. */
  remember(position: unknown): void;
  /** What the attempt before this one remembered. */
  position: unknown;
}

/**
 * Makes an activity of `work`: it heartbeats for as long as it runs, so that a dead agent is known within its heartbeat
 * timeout, is cancelled by Temporal, and fails with one of FAILURES only. Outside of Temporal it just runs.
 */
export function asActivity<I extends unknown[], O>(
  redact: Redact,
  work: (run: Run, ...input: I) => Promise<O>,
): (...input: I) => Promise<O> {
  return async function activity(...input) {
    const context = currentContext();
    let position = context?.info.heartbeatDetails as unknown;
    const beat = () => context?.heartbeat(position);
    const run: Run = {
      signal: context?.cancellationSignal ?? new AbortController().signal,
      attempt: context?.info.attempt ?? 1,
      position,
      remember: (now) => (position = now),
    };
    // What is done before the first beat is due costs the server none.
    const beating = setInterval(beat, beatEveryMs(context));
    try {
      return await work(run, ...input);
    } catch (err) {
      if (run.signal.aborted)
        throw run.signal.reason instanceof CancelledFailure ? run.signal.reason : new CancelledFailure('cancelled');
      throw toFailure(err, redact);
    } finally {
      clearInterval(beating);
    }
  };
}

/** When the first attempt of this activity began, epoch milliseconds. Takes the place that attempts remember. */
export function beginOf(run: Run): number {
  const startedAt = typeof run.position === 'number' ? run.position : Date.now();
  run.remember(startedAt);
  return startedAt;
}

/** Every beat that arrives costs the server something: a look that lasts for hours beats rarely. */
function beatEveryMs(context: Context | undefined): number {
  return (context?.info.heartbeatTimeoutMs ?? BEATS * BEAT_MS) / BEATS;
}

/** Undefined outside of Temporal. */
export function currentContext(): Context | undefined {
  try {
    return Context.current();
  } catch {
    return undefined;
  }
}
