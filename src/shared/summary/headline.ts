import type { Approval } from '../safety/approval';
import type { IncidentView } from '../incident';
import { unwellOf } from '../runbooks';
import { cut, lowerFirst } from '../text/text';
import { causeOf, causeText, heldFindings, unknownCause } from './causes';
import { lastAction } from './changes';
import { conditionOf, placeOf } from './condition';
import { subjectOf } from './subject';

const MAX_SUMMARY = 90;

/**
 * An open incident in one sentence: what is wrong now, why, what was done last, and who it needs.
 * `KingFisher down on h1: configuration invalid (PORT); restart failed; needs you`
 *
 * @param ended how the incident's run ended, in words, where it ended without closing: nothing automatic works on it then
 */
export function headline(view: IncidentView, ended: string | null = null): string {
  const parts = [why(view), lastAction(view), refusedBy(view), ended === null ? need(view) : 'needs you'];
  const sentence = `${wrong(view)}: ${parts.filter((part) => part !== '').join('; ')}`;
  return ended === null ? sentence : `NOTHING AUTOMATIC works on this (${ended}): ${sentence}`;
}

/** What is wrong now, and where. */
function wrong(view: IncidentView): string {
  const place = placeOf(view);
  const subject = subjectOf(view);
  if (view.runbook === 'unknownAlert') return `${subject} on ${place}`;
  switch (conditionOf(view)) {
    case 'well':
      return isMonitoring(view) ? `${subject} well on ${place} while its alert fires` : `${subject} well on ${place}`;
    case 'notReady':
      return `${subject} ${unwellOf(view.runbook)} on ${place}`;
    case 'down':
      return `${subject} down on ${place}`;
    case 'unknown':
      return `${subject} ${view.startedBy === undefined ? 'reported down' : 'of unknown health'} on ${place}`;
  }
}

function why(view: IncidentView): string {
  if (isMonitoring(view)) return 'a fault of monitoring';
  if (view.runbook === 'unknownAlert') {
    const { summary = '' } = view;
    return summary === view.alertname ? '' : cut(summary, MAX_SUMMARY);
  }
  const cause = causeOf(view);
  return cause === null ? unknownCause(heldFindings(view)) : causeText(cause);
}

function isMonitoring(view: IncidentView): boolean {
  const isFound = view.findings.some((one) => one.name === 'AlertContradicted' && one.withdrawnAt === undefined);
  return isFound && conditionOf(view) === 'well';
}

/** People said no, or nothing, to what was asked last. */
function refusedBy({ approvals }: IncidentView): string {
  const last = approvals.at(-1);
  if (last === undefined) return '';
  const what = shortTitle(last);
  if (last.state === 'rejected') return `${what} rejected by ${last.answeredBy}`;
  return last.state === 'expired' ? `${what} approved by nobody in time` : '';
}

function need(view: IncidentView): string {
  const open = view.approvals.find(({ state }) => state === 'asked');
  if (open !== undefined) return `needs your yes or no (${shortTitle(open)})`;
  if (view.acknowledged !== null) return `${view.acknowledged.as} has it`;
  if (isMonitoring(view)) return 'needs a look at the monitoring';
  switch (view.state) {
    case 'waitingForPeople':
    case 'waitingForAgent':
    case 'waitingForApproval':
      return 'needs you';
    case 'waitingForTurn':
      return 'waits for another incident of this host';
    case 'notDue':
      return 'nothing is asked for at this time';
    case 'watching':
      return 'watched until Alertmanager agrees';
    default:
      return 'Halcyon is at work on it';
  }
}

/** `Full recovery: stop, back up, …` is asked as a full recovery. */
export function shortTitle({ subject }: Pick<Approval, 'subject'>): string {
  return lowerFirst(subject.title.split(':')[0]!);
}
