import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { Incident } from '../incident/incident';

/** Waits for the end of all, whatever becomes of one of them; then throws what the first one threw. */
export async function allEnded(work: Promise<unknown>[]): Promise<void> {
  const ended = await Promise.allSettled(work);
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/**
 * Runs `work` until its end, or until a person closes the incident: then what is at work is called off and waited for, and
 * nothing new of it begins. True when it came to its end.
 */
export async function unlessClosed(incident: Incident, work: () => Promise<void>): Promise<boolean> {
  const scope = new CancellationScope();
  const waiting = new CancellationScope();
  const calledOff = waiting
    .run(() => condition(() => incident.isClosedByPerson))
    .then(() => scope.cancel(), ignoreCancellation);
  try {
    await scope.run(work);
  } catch (err) {
    if (!incident.isClosedByPerson || !isCancellation(err)) throw err;
  } finally {
    waiting.cancel();
    await calledOff;
  }
  return !incident.isClosedByPerson;
}

function ignoreCancellation(err: unknown): void {
  if (!isCancellation(err)) throw err;
}
