import { allHandlersFinished, condition, makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';
import type { Workflow } from '@temporalio/workflow';
import { moveOnSignal } from '../messages';
import type { Door } from '../messages/door';
import type { RunLimit } from '../../shared/run-limit';

/**
 * Temporal ends a run of 51,200 events or 50 MB. Long before that a history takes time: it is replayed within one workflow
 * task, of ten seconds, also on a machine that is busy healing.
 */
const LONG = { events: 1_000, bytes: 8_000_000 };

/**
 * Whether a run should go on in a new one: its history is long, or another build of the controller is to run it. Changes
 * only with what comes from outside, so that conditions may ask it.
 */
export function isTimeToContinue({ maxEvents = LONG.events }: RunLimit): boolean {
  const { historyLength, historySize, continueAsNewSuggested, targetWorkerDeploymentVersionChanged } = workflowInfo();
  const isLong = historyLength > maxEvents || historySize > LONG.bytes || continueAsNewSuggested;
  return isLong || targetWorkerDeploymentVersionChanged;
}

/** Far beyond its limit: what is nice to end first is not waited for any more. */
export function isFarTooLong({ maxEvents = LONG.events }: RunLimit): boolean {
  return workflowInfo().historyLength > 2 * maxEvents;
}

/** A workflow that goes on for long hears that another build may be the one to run it. Before the first await. */
export function listenForMoves(door: Door): void {
  // That there is a workflow task is all that it takes: Temporal says with it which build is to run this.
  door.signal(moveOnSignal, () => undefined);
}

/**
 * Goes on in a new run, under the build that is to run it, when nobody waits for an answer of this one. Call it where all
 * that is known stands in the arguments; `isStill` is asked once more after waiting, and false means that it did not.
 */
export async function continueInNewRun<F extends Workflow>(
  input: Parameters<F>[0],
  isStill: () => boolean = () => true,
): Promise<void> {
  await condition(allHandlersFinished);
  if (!isStill()) return;
  await makeContinueAsNewFunc<(next: Parameters<F>[0]) => Promise<unknown>>({
    initialVersioningBehavior: 'AUTO_UPGRADE',
  })(input);
}
