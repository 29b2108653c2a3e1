import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { CoordinationActivities } from '../../activities/control/types';
import { closingId } from '../../shared/ids';
import type { Subject } from '../../shared/paging/escalation';
import type { EscalationClock } from './clock';
import type { ClosingInput } from './closing';
import type { Closing } from './pages/announcements';
import type { Pager } from './pages/pager';

/**
 * Hands over to whoever tells people that it is over, however long that takes. Not a child: the server that skips time in tests
 * takes a child that outlives its parent for one that is still waited for.
 */
export async function tellClosed(
  { subject, clock, pager }: { subject: Subject; clock: EscalationClock; pager: Pager },
  closing: Closing,
): Promise<void> {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const input: ClosingInput = { subject, plan: clock.plan, clock: clock.state, pager: pager.state, closing };
  const { startClosing } = proxyActivities<CoordinationActivities>({
    startToCloseTimeout: '10s',
    retry: { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 10_000 },
    summary: `Everyone hears that ${subject.workflowId} is over: ${closing.outcome}`,
  });
  await startClosing({ workflowId: closingId(workflowId, firstExecutionRunId), input });
}
