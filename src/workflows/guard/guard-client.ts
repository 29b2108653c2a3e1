import { condition, getExternalWorkflowHandle, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { CoordinationActivities } from '../../activities/control/types';
import type { ChangeNote, TurnRelease, TurnRequest } from '../../shared/safety/guard';
import { guardId } from '../../shared/ids';
import { CONTROLLER_TASK_QUEUE } from '../../shared/task-queues';
import { noteChangeSignal, releaseTurnSignal } from '../messages';

/** How an incident reaches its guard; a test puts its own in its place. */
export interface GuardClient {
  /** Starts the guard if there is none. Throws when it cannot be reached. */
  request(request: TurnRequest): Promise<void>;
  /** A guard that is not there has nothing to note. */
  note(note: ChangeNote): Promise<void>;
  release(release: TurnRelease): Promise<void>;
  /** Waits until it is so, or for so long; false when the time is over. */
  wait(isSo: () => boolean, forMs: number): Promise<boolean>;
}

/** The guard of a host, from inside of a workflow. */
export function guardOf(host: string): GuardClient {
  const { requestTurn } = proxyActivities<CoordinationActivities>({
    taskQueue: CONTROLLER_TASK_QUEUE,
    startToCloseTimeout: '10s',
    retry: { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 10_000 },
    summary: `Ask for the turn on ${host}`,
  });
  return {
    request: async (request) => {
      // In the same workflow task, behind the first looks at the host: they are what people wait for.
      await Promise.resolve();
      await requestTurn({ host, request });
    },
    note: async (note) => await unlessAbsent(getExternalWorkflowHandle(guardId(host)).signal(noteChangeSignal, note)),
    release: async (release) =>
      await unlessAbsent(getExternalWorkflowHandle(guardId(host)).signal(releaseTurnSignal, release)),
    wait: async (isSo, forMs) => await condition(isSo, forMs, { summary: `Turn on ${host}` }),
  };
}

/** A signal to a workflow that is not there fails, and cannot succeed. */
async function unlessAbsent(signal: Promise<void>): Promise<void> {
  try {
    await signal;
  } catch (err) {
    if (isCancellation(err)) throw err;
  }
}
