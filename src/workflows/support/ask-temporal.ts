import { TemporalFailure, isCancellation, proxyLocalActivities } from '@temporalio/workflow';
import type { CoordinationActivities } from '../../activities/control/types';

const local = proxyLocalActivities<CoordinationActivities>({
  startToCloseTimeout: '3s',
  retry: { maximumAttempts: 2, initialInterval: 200 },
});

/**
 * What Temporal knows of another workflow, asked within the controller; undefined where nobody can say. No workflow may end
 * because it could not look at another.
 *
 * A local activity fails with what it threw, or with its timeout, and without the `ActivityFailure` that is around the failure of
 * any other (temporalio/sdk-core#449). It is caught here, and nowhere else.
 */
export async function askTemporal<T>(ask: (activities: CoordinationActivities) => Promise<T>): Promise<T | undefined> {
  try {
    return await ask(local);
  } catch (err) {
    if (isCancellation(err) || !(err instanceof TemporalFailure)) throw err;
    return undefined;
  }
}
