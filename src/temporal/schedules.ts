import { createHash } from 'node:crypto';
import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Client, ScheduleDescription, ScheduleHandle, ScheduleOptions } from '@temporalio/client';
import type { ScheduledRun } from '../config';
import { MAINTENANCE, maintenanceId, scheduledStartId } from '../shared/maintenance';
import { searchAttributes } from '../shared/search-attributes';
import { CONTROLLER_TASK_QUEUE } from '../shared/task-queues';

/** Ids of what Halcyon schedules, and of nothing else. */
const PREFIX = 'maintenance/';
/** Temporal's shortest. */
const SHORTEST_CATCHUP_MS = 10_000;
const DIGEST = 'halcyonSchedule';

export interface Applied {
  id: string;
  what: 'created' | 'updated' | 'unchanged' | 'removed';
}

/**
 * Makes Temporal's schedules those that are wanted: one that is as it should be is not touched, one that nobody wants any
 * more is removed. A pause stays. Applied twice, the second time changes nothing.
 */
export async function applySchedules(client: Client, wanted: readonly ScheduledRun[]): Promise<Applied[]> {
  const applied: Applied[] = [];
  for (const run of wanted) applied.push(await applyOne(client, run));
  for (const id of await scheduleIds(client)) {
    if (applied.some((one) => one.id === id)) continue;
    if (await removed(client.schedule.getHandle(id))) applied.push({ id, what: 'removed' });
  }
  return applied;
}

/** Those that are there, sorted. Temporal lists a new one a moment later. */
export async function scheduleIds(client: Client): Promise<string[]> {
  const ids: string[] = [];
  for await (const { scheduleId } of client.schedule.list()) {
    if (scheduleId.startsWith(PREFIX)) ids.push(scheduleId);
  }
  return ids.sort();
}

/** Undefined where there is none. */
export async function describeSchedule(client: Client, id: string): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(id).describe();
  } catch (err) {
    if (err instanceof ScheduleNotFoundError) return undefined;
    throw err;
  }
}

async function applyOne(client: Client, run: ScheduledRun): Promise<Applied> {
  const id = maintenanceId(run.name, run.host);
  const options = optionsOf(id, run);
  try {
    const known = await describeSchedule(client, id);
    if (known === undefined) {
      await client.schedule.create(options);
      return { id, what: 'created' };
    }
    if (known.action.memo?.[DIGEST] === options.action.memo?.[DIGEST]) return { id, what: 'unchanged' };
  } catch (err) {
    // Somebody else applies the same at this moment.
    if (!(err instanceof ScheduleAlreadyRunning)) throw err;
  }
  const { scheduleId: _, ...rest } = options;
  await client.schedule.getHandle(id).update(({ state }) => ({ ...rest, state }));
  return { id, what: 'updated' };
}

async function removed(handle: ScheduleHandle): Promise<boolean> {
  try {
    await handle.delete();
    return true;
  } catch (err) {
    if (err instanceof ScheduleNotFoundError) return false;
    throw err;
  }
}

function optionsOf(scheduleId: string, { name, host, cron, input }: ScheduledRun) {
  const args = [{ name, input }];
  const action = {
    type: 'startWorkflow' as const,
    workflowType: 'scheduledMaintenance',
    workflowId: scheduledStartId(name, host),
    taskQueue: CONTROLLER_TASK_QUEUE,
    args,
    staticSummary: `${MAINTENANCE[name].title} of ${host}, by its schedule`,
    typedSearchAttributes: [{ key: searchAttributes.host, value: host }],
  };
  const spec = { cronExpressions: [cron], timezone: 'UTC' };
  const policies = {
    overlap: ScheduleOverlapPolicy.SKIP,
    catchupWindow: Math.max(input.windowMs, SHORTEST_CATCHUP_MS),
    pauseOnFailure: false,
  };
  const digest = createHash('sha256').update(JSON.stringify({ action, spec, policies })).digest('hex').slice(0, 16);
  const options = { scheduleId, spec, policies, action: { ...action, memo: { [DIGEST]: digest } } };
  return options satisfies ScheduleOptions;
}
