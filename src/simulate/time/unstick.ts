import { setTimeout as pause } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';

type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

/** Real time between two looks at a sleep that is not over yet. */
const LOOK_EVERY_MS = 400;
/** Time that passes no faster than this many times the real one is not skipped. */
const REAL_SPEED = 2;

/** Workflows of a simulation, and activities in them that themselves wait for virtual time. */
export interface Parts {
  workflowIds: readonly string[];
  waiting: readonly string[];
}

/**
 * Sleeps in virtual time. The test server skips time while nothing holds a lock on it, and it forgets some locks of its
 * own: that of a child which ends after its parent, and in some races. Then time goes on as slowly as the real one. When
 * that happens and nothing runs that might want the time, the forgotten lock is let go. One at a time: two that let go of
 * the same lock would make time jump.
 */
export async function sleepVirtually(server: TestWorkflowEnvironment, ms: number, parts: Parts): Promise<void> {
  let isOver = false;
  const sleeping = server.sleep(ms).finally(() => (isOver = true));
  let before: Stand | undefined;
  for (;;) {
    await Promise.race([sleeping, pause(LOOK_EVERY_MS, undefined, { ref: false })]);
    if (isOver) return await sleeping;
    const now = await standOf(server, parts);
    if (before !== undefined && standsStill(before, now) && !isOver) {
      await server.connection.testService?.unlockTimeSkipping({});
      before = undefined;
    } else {
      before = now;
    }
  }
}

/** How far everything is, at one moment. */
interface Stand {
  realMs: number;
  virtualMs: number;
  /** Length of each history; null where an activity or the workflow itself runs. */
  lengths: (string | null)[];
}

function standsStill(before: Stand, now: Stand): boolean {
  const isSlow = now.virtualMs - before.virtualMs < REAL_SPEED * (now.realMs - before.realMs);
  return isSlow && now.lengths.every((length, index) => length !== null && length === before.lengths[index]);
}

async function standOf(server: TestWorkflowEnvironment, { workflowIds, waiting }: Parts): Promise<Stand> {
  const lengths = await Promise.all(workflowIds.map((id) => lengthOf(server, id, waiting)));
  return { realMs: performance.now(), virtualMs: await server.currentTimeMs(), lengths };
}

async function lengthOf(
  server: TestWorkflowEnvironment,
  workflowId: string,
  waiting: readonly string[],
): Promise<string | null> {
  try {
    const handle = server.client.workflow.getHandle(workflowId);
    const { raw, runId } = await handle.describe();
    const names = (raw.pendingActivities ?? []).map(({ activityType }) => activityType?.name ?? '');
    if (!names.every((name) => waiting.includes(name))) return null;
    const events = (await handle.fetchHistory()).events ?? [];
    return hasOpenTask(events) ? null : `${runId} ${events.length}`;
  } catch (err) {
    if (err instanceof WorkflowNotFoundError) return 'absent';
    throw err;
  }
}

/** A worker has the workflow's turn, or is about to get it: on a busy machine that takes long. */
function hasOpenTask(events: HistoryEvent[]): boolean {
  const isBegin = (event: HistoryEvent) => !!event.workflowTaskScheduledEventAttributes;
  const isEnd = (event: HistoryEvent) =>
    !!(
      event.workflowTaskCompletedEventAttributes ??
      event.workflowTaskFailedEventAttributes ??
      event.workflowTaskTimedOutEventAttributes
    );
  return events.findLastIndex(isBegin) > events.findLastIndex(isEnd);
}
