import { condition, setHandler, sleep } from '@temporalio/workflow';
import type { EscalationInput } from '../../../src/shared/paging/escalation';
import type { LeaseRequest } from '../../../src/shared/safety/lease';
import { releaseLease, requestLease } from '../../../src/workflows/lease/lease-client';
import { closedSignal, escalateNowSignal } from '../../../src/workflows/messages';

export { guard, lease } from '../../../src/workflows';
export { turnTaker } from './turn-workflows';

/** Stands for an incident: wants a change, works on, and gives it up at its end. */
export async function wantsLease(wish: LeaseRequest, worksMs: number): Promise<void> {
  await requestLease(wish);
  await sleep(worksMs);
  await releaseLease(wish, { owner: wish.owner, reason: 'closed' });
}

/** Stands for the escalation: what it was asked, as its result. */
export async function escalation({ subject }: EscalationInput): Promise<string[]> {
  const heard = [`paged: ${subject.alertname}`];
  setHandler(escalateNowSignal, ({ reason }) => void heard.push(`now: ${reason}`));
  let isClosed = false;
  setHandler(closedSignal, ({ outcome, summary }) => {
    heard.push(`${outcome}: ${summary}`);
    isClosed = true;
  });
  await condition(() => isClosed);
  return heard;
}
