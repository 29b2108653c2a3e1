import { condition, defineQuery, defineSignal, defineUpdate, setHandler, workflowInfo } from '@temporalio/workflow';
import type { EscalationInput } from '../../../src/shared/paging/escalation';
import { EscalationClient } from '../../../src/workflows/escalation/escalation-client';

/** What is registered beside the owner of a clock. */
// eslint-disable-next-line no-restricted-syntax -- whatever is registered
export * from '../../../src/workflows';

/** Whether its clock takes it. */
export const takeUpdate = defineUpdate<boolean, [string]>('take');
export const endClockSignal = defineSignal('endClock');
export const leaveSignal = defineSignal('leave');
/** How often its clock was lost. */
export const lostQuery = defineQuery<number>('lost');

const HOUR_MS = 3_600_000;

/** Stands for an incident that is open for a while after it told its clock the end: until it is to leave. */
export async function clockOwner({ subject, plan }: EscalationInput): Promise<void> {
  const { runId } = workflowInfo();
  let lost = 0;
  let isToLeave = false;
  const clock = new EscalationClient({
    input: () => ({ subject: { ...subject, runId }, plan }),
    onLost: () => void (lost += 1),
  });
  setHandler(takeUpdate, (as) => clock.acknowledged(as, new Date(Date.now() + HOUR_MS).toISOString()));
  setHandler(endClockSignal, () => clock.closed({ outcome: 'healed', summary: 'it is well', facts: [] }));
  setHandler(leaveSignal, () => void (isToLeave = true));
  setHandler(lostQuery, () => lost);
  clock.start();
  await condition(() => isToLeave);
  await clock.settled();
}
