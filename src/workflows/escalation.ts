import { setHandler } from '@temporalio/workflow';
import type { EscalationInput, EscalationView } from '../shared/escalation';
import { EscalationRun } from './lib/escalation/run';
import type { EscalationCarried } from './lib/escalation/run';
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
} from './messages';

/**
 * The clock of one incident: pages its tiers on time whatever the incident is doing, until somebody closes it. A child
 * that outlives its incident, so that nothing that happens to a runbook can stop it (docs/escalation.md).
 */
export async function escalation(input: EscalationInput & { carried?: EscalationCarried }): Promise<EscalationView> {
  const run = new EscalationRun(input);
  setHandler(escalateNowSignal, ({ reason }) => run.escalateNow(reason));
  setHandler(helplessSignal, ({ reason }) => run.helpless(reason));
  setHandler(routedSignal, (route) => run.routed(route));
  setHandler(acknowledgedSignal, (acknowledged) => run.acknowledged(acknowledged));
  setHandler(askedSignal, (approval) => run.asked(approval));
  setHandler(noteSignal, ({ text }) => run.noted(text));
  setHandler(standingSignal, (note) => run.stands(note));
  setHandler(closedSignal, (closing) => run.closed(closing));
  setHandler(escalationQuery, () => run.view());
  return await run.untilOver();
}
