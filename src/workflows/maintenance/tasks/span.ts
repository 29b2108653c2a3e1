import type { ReviewRequest } from '../../../shared/report/review';
import type { TaskSite } from '../task';

const DAY_MS = 86_400_000;

/** What a monthly review looks back on: whole weeks, so that they can be compared. */
export const FOUR_WEEKS = 'four weeks';

export function spanOf({ host, startedAt }: Pick<TaskSite, 'host' | 'startedAt'>): ReviewRequest {
  return { host, since: new Date(Date.parse(startedAt) - 28 * DAY_MS).toISOString(), until: startedAt };
}
