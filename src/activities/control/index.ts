import type { Client } from '@temporalio/client';
import { createCoordinationActivities } from './coordination';
import type { CoordinationActivities } from './types';

/** All that a controller does outside of workflows. */
export function createControlActivities({ client }: { client: Client }): CoordinationActivities {
  return { ...createCoordinationActivities(client) };
}
