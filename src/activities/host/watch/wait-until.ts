import type { ReadingName, Readings, Verdict, WaitRequest } from '../../../shared/observations/readings';
import type { HostDeps } from '../core/deps';
import { untilSettled } from './reading';
import type { Reading } from './reading';
import { ReadingWatch } from './reading-watch';
import type { Wanted } from './reading-watch';
import { readingOf } from './readings';
import { asActivity, beginOf } from '../core/run';
import type { Run } from '../core/run';

/** A later attempt has at least the window and this for itself. */
const FOR_LATER_ATTEMPT_MS = 1_000;

export interface WaitActivities {
  /**
   * Looks until the reading has been well throughout the window. Ends early when it has settled in a state that waiting
   * cannot change. Never throws because it is not well.
   */
  waitUntil<R extends ReadingName>(input: WaitRequest<R>): Promise<Verdict<Readings[R]>>;
}

/** The one way to wait for something on this host to be well. */
export function createWaitActivities(deps: HostDeps): WaitActivities {
  const waitUntil = asActivity(
    deps.redact,
    async (run: Run, wanted: WaitRequest) => await untilHeld(run, wanted, readingOf(deps, wanted, 'quick', run.signal)),
  );
  return { waitUntil: waitUntil as WaitActivities['waitUntil'] };
}

async function untilHeld<T>(run: Run, wanted: Wanted, reading: Reading<T>): Promise<Verdict<T>> {
  const watch = new ReadingWatch({ ...wanted, deadlineMs: leftOf(run, wanted) }, performance.now());
  const { look, verdict } = await untilSettled(
    async () => {
      const seen = await reading.look();
      const given = watch.judge(seen, performance.now());
      return given === undefined ? undefined : { look: seen, verdict: given };
    },
    () => (watch.isWell ? reading.everyMs.well : reading.everyMs.notWell),
    run.signal,
  );
  return { ...verdict, last: await look.tell() };
}

/**
 * A later attempt has what the first left of the deadline, but always time for one window. The window itself begins
 * anew: nobody watched while the agent was away.
 */
function leftOf(run: Run, { deadlineMs, windowMs }: Wanted): number {
  const left = deadlineMs - (Date.now() - beginOf(run));
  return Math.max(left, Math.min(deadlineMs, windowMs + FOR_LATER_ATTEMPT_MS));
}
