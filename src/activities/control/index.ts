import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { createCoordinationActivities } from './coordination';
import { createRemindPauseActivities } from './remind-pause';
import type { CoordinationActivities } from './types';

export interface ControlDeps {
  client: Client;
  logger: Pick<Logger, 'warn'>;
}

/** All that a controller does outside of workflows. */
export function createControlActivities({ client, logger }: ControlDeps): CoordinationActivities {
  return {
    ...createCoordinationActivities(client),
    ...createRemindPauseActivities({ post: async (text) => logger.warn({ text }, 'for the team on duty') }),
  };
}
