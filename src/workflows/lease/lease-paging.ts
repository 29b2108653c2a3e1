import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, getExternalWorkflowHandle, startChild, workflowInfo } from '@temporalio/workflow';
import type { EscalationInput, Subject } from '../../shared/paging/escalation';
import type { LeaseView } from '../../shared/safety/lease';
import { escalationId } from '../../shared/ids';
import { closedSignal, escalateNowSignal } from '../messages';
import type { HeldLease } from './held-lease';

/** People hear at once that a temporary change could not be undone. Asking again is the same escalation. */
export async function pageAboutLease({ view, memory }: HeldLease, reason: string): Promise<void> {
  const { workflowId } = workflowInfo();
  if (memory.escalation === null) return;
  const input: EscalationInput = { subject: subjectOf({ view, memory }, reason), plan: memory.escalation };
  try {
    await startChild('escalation', {
      workflowId: escalationId(workflowId),
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: input.subject.summary,
    });
  } catch (err) {
    if (!(err instanceof WorkflowExecutionAlreadyStartedError)) throw err;
  }
  memory.paged = true;
  await tellEscalation(escalateNowSignal, { reason: input.subject.summary });
}

/** People were paged of an undo that failed, and need not be any more. */
export function isPagedInVain({ memory }: HeldLease): boolean {
  return memory.paged && memory.failingSince === null;
}

/** Those who were paged hear what became of it. */
export async function closePages({ view, memory }: HeldLease): Promise<void> {
  memory.paged = false;
  const is = `${view.setting} of ${view.host} is ${JSON.stringify(view.current)}`;
  const outcome = view.state === 'abandoned' ? 'resolvedByPeople' : 'selfHealed';
  await tellEscalation(closedSignal, { outcome, summary: `${is}: ${howItEnded(view)}` });
}

function howItEnded({ state }: LeaseView): string {
  if (state === 'overtaken') return 'set by somebody else, left alone';
  if (state === 'active') return 'the temporary change is wanted again';
  return state === 'abandoned' ? 'given up, the original was not put back' : 'the temporary change is undone';
}

async function tellEscalation<T>(signal: { type: 'signal'; name: string }, message: T): Promise<void> {
  try {
    await getExternalWorkflowHandle(escalationId(workflowInfo().workflowId)).signal(signal.name, message);
  } catch {
    // It is closed: there is nobody to tell.
  }
}

function subjectOf({ view, memory }: Pick<HeldLease, 'view' | 'memory'>, reason: string): Subject {
  const { workflowId, firstExecutionRunId: runId } = workflowInfo();
  const change = `${JSON.stringify(view.value)} and could not be set back to ${JSON.stringify(view.original)}`;
  return {
    workflowId,
    runId,
    firing: 1,
    runbook: 'lease',
    alertname: 'LeaseNotUndone',
    host: view.host,
    severity: 'critical',
    startsAt: memory.failingSince ?? view.endsAt,
    summary: `${view.setting} of ${view.host} is still ${change}: ${reason}`,
  };
}
