import { proxyActivities } from '@temporalio/workflow';
import type { ActivityInterfaceFor } from '@temporalio/workflow';
import type { ReviewActivities } from '../../activities/control/review/review';
import type { MaintenanceControlActivities } from '../../activities/control/types';

/** A channel that is away for longer than this does not hear of it: the report says so. */
const TOLD_WITHIN_MS = 1_800_000;

export type Reviews = ActivityInterfaceFor<ReviewActivities>;

/** What the controller does for a run. */
export function control(summary: string): ActivityInterfaceFor<MaintenanceControlActivities> {
  return proxyActivities<MaintenanceControlActivities>({
    startToCloseTimeout: '20s',
    scheduleToCloseTimeout: TOLD_WITHIN_MS,
    retry: { initialInterval: '1s', maximumInterval: '2m' },
    summary,
  });
}

/** What the controller knows, for a review: a whole month takes the record a while. */
export function reviews(summary: string): Reviews {
  return proxyActivities<ReviewActivities>({
    startToCloseTimeout: '2m',
    retry: { initialInterval: '2s', maximumAttempts: 3 },
    summary,
  });
}
