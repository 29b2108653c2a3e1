import type { WatchRequest, StandingReading } from '../../../shared/observations/standing';
import type { HostDeps } from '../core/deps';
import { everyNowAndThen, lookAtHealth } from '../service/health';
import { untilSettled } from './reading';
import { asActivity } from '../core/run';
import { StandingWatch } from './standing-watch';

/** For hours, in nobody's way. */
const LOOK_EVERY_MS = 1_000;
const SERVICE_EVERY_MS = 2_000;

export interface WatchActivities {
  /**
   * Looks at KingFisher once a second, for hours if need be, until it stands otherwise than `seen`: the moment it is not
   * well, or is well, or is not well in another way.
   */
  watchKingfisher(input: WatchRequest): Promise<StandingReading>;
}

/** One long look at KingFisher, between the passes of a runbook and while people have an incident. */
export function createWatchActivities(deps: HostDeps): WatchActivities {
  const { redact, findManager } = deps;
  return {
    watchKingfisher: asActivity(redact, async ({ signal }, wanted) => {
      const watch = new StandingWatch(wanted, performance.now());
      const ask = everyNowAndThen(
        () => findManager('kingfisher').observe(signal),
        (state) => watch.see(state, performance.now()),
        SERVICE_EVERY_MS,
      );
      const look = async () => {
        ask();
        return watch.judge(await lookAtHealth(deps, signal), performance.now());
      };
      return await untilSettled(look, () => LOOK_EVERY_MS, signal);
    }),
  };
}
