import { setHandler } from '@temporalio/workflow';
import type { EscalationView } from '../../shared/paging/escalation';
import { EscalationRun } from './escalation-run';
import type { EscalationRunInput } from './escalation-view';
import { listenForMoves } from '../support/continue-when-long';
import { texts } from '../message-texts';
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
  const run = new EscalationRun(input);
  setHandler(escalateNowSignal, ({ reason }) => run.escalateNow(reason), texts.escalateNow);
  setHandler(helplessSignal, ({ reason }) => run.helpless(reason), texts.helpless);
  setHandler(routedSignal, (route) => run.routed(route), texts.routed);
  setHandler(acknowledgedSignal, (acknowledged) => run.news.acknowledged(acknowledged), texts.acknowledged);
  setHandler(askedSignal, (approval) => run.news.asked(approval), texts.asked);
  setHandler(noteSignal, (note) => run.noted(note), texts.note);
  setHandler(standingSignal, (note) => run.stands(note), texts.standing);
  setHandler(closedSignal, (closing) => run.news.closed(closing), texts.closed);
  listenForMoves();
  setHandler(escalationQuery, () => run.view(), texts.escalation);
  return await run.untilOver();
}
