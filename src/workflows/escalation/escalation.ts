import { CancellationScope } from '@temporalio/workflow';
import type { EscalationView } from '../../shared/paging/escalation';
import { EscalationRun } from './escalation-run';
import type { EscalationRunInput } from './escalation-view';
import { listenForMoves } from '../support/continue-when-long';
import { Door } from '../messages/door';
import {
  acknowledgedSignal,
  askedSignal,
  closedSignal,
  escalateNowSignal,
  escalationQuery,
  helplessSignal,
  noteSignal,
  routedSignal,
  standingSignal,
} from '../messages';

/**
 * The clock of one incident: pages its tiers on time whatever the incident is doing, until somebody closes it. A child
 * that outlives its incident, so that nothing that happens to a runbook can stop it (docs/escalation.md).
 */
export async function escalation(input: EscalationRunInput): Promise<EscalationView> {
  const root = CancellationScope.current();
  // A cancellation is a wish that is answered: only its incident ends a clock. Whatever has a scope of its own is begun in this.
  return await CancellationScope.nonCancellable(async () => {
    const run = new EscalationRun(input);
    listen(run);
    root.cancelRequested.catch(() => {
      run.news.notTaken('A cancellation: the clock ends with its incident, so close that');
      void CancellationScope.nonCancellable(async () => run.incident.say({ kind: 'notCancelled' }));
    });
    return await run.untilOver();
  });
}

function listen(run: EscalationRun): void {
  const door = new Door((what, why) => run.news.notTaken(`${what}: ${why}`));
  door.signal(escalateNowSignal, ({ reason }) => run.escalateNow(reason));
  door.signal(helplessSignal, ({ reason }) => run.helpless(reason));
  door.signal(routedSignal, (route) => run.routed(route));
  door.signal(acknowledgedSignal, (acknowledged) => run.news.acknowledged(acknowledged));
  door.signal(askedSignal, (approval) => run.news.asked(approval));
  door.signal(noteSignal, (note) => run.noted(note));
  door.signal(standingSignal, (note) => run.stands(note));
  door.signal(closedSignal, (closing) => run.news.closed(closing));
  listenForMoves(door);
  door.query(escalationQuery, () => run.view());
}
