import { createCoordinationActivities } from './coordination';
import { createPagingActivities } from './paging';
import type { PagingDeps } from './paging';
import type { ControlActivities } from './types';

/** All that a controller does outside of workflows. */
export function createControlActivities(deps: PagingDeps): ControlActivities {
  return { ...createCoordinationActivities(deps.client), ...createPagingActivities(deps) };
}
