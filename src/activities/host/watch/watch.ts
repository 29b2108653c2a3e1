import type { WatchRequest, StandingReading } from '../../../shared/observations/standing';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';
import { untilSettled } from './reading';
import { readingOf } from './readings';
import { StandingWatch } from './standing-watch';

export interface WatchActivities {
  /**
   * Looks at a reading, for hours if need be, until it stands otherwise than `seen`: the moment it is not well, or is well,
   * or is not well in another way.
   */
  watchReading(input: WatchRequest): Promise<StandingReading>;
}

/** One long look, between the passes of a runbook and while people have an incident. */
export function createWatchActivities(deps: HostDeps): WatchActivities {
  return {
    watchReading: asActivity(deps.redact, async ({ signal }, wanted) => {
      const reading = readingOf(deps, wanted, 'calm', signal);
      const watch = new StandingWatch(wanted, performance.now());
      return await untilSettled(
        async () => watch.judge(await reading.look(), performance.now()),
        () => (watch.isWell ? reading.everyMs.well : reading.everyMs.notWell),
        signal,
      );
    }),
  };
}
