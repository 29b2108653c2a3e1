import type { Client } from '@temporalio/client';

/** Temporal's numbers of the two kinds of queues. */
export const WORKFLOWS = 1;
export const ACTIVITIES = 2;
/** One question of a worker for work lasts up to a minute, and Temporal remembers who asked for five. */
const POLLS_WITHIN_MS = 90_000;

/** Who asked for work of this queue lately, as `<pid>@<machine>`. */
export async function pollersOf(
  { connection, options }: Client,
  name: string,
  taskQueueType: number,
): Promise<string[]> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace: options.namespace,
    taskQueue: { name },
    taskQueueType,
  });
  return pollers
    .filter(({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1_000 < POLLS_WITHIN_MS)
    .map(({ identity }) => identity ?? 'unnamed');
}
