import { workflowInfo } from '@temporalio/workflow';
import type { Subject } from '../../shared/paging/escalation';
import type { GuardPolicy, TurnRequest } from '../../shared/safety/guard';
import type { IncidentInput, Outcome } from '../../shared/incident';
import { closingFacts, closingSentence } from '../../shared/summary/closing';
import type { Incident } from '../incident/incident';

/** What others are told of an incident: the guard of its host, the clock of its pages, and those who were paged. */

/** As it stands when it asks for its turn. */
export function turnRequestOf({ input, view }: Incident, policy: GuardPolicy): TurnRequest {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  return {
    incidentId: workflowId,
    runId: firstExecutionRunId,
    runbook: input.runbook,
    severity: view.severity,
    startsAt: view.startsAt,
    startedBy: input.startedBy?.who ?? null,
    policy,
  };
}

/** What people are called for: which run, and which firing of its alert. */
export function firingOf({ story }: Incident): Pick<Subject, 'runId' | 'firing'> {
  return { runId: workflowInfo().firstExecutionRunId, firing: story.firing };
}

/** What its pages are about. `severity`: of the alert that decides who is called. */
export function subjectOf(incident: Incident, severity: string): Subject {
  const { input, view } = incident;
  return {
    workflowId: workflowInfo().workflowId,
    ...firingOf(incident),
    runbook: input.runbook,
    alertname: view.alertname,
    host: view.host,
    severity,
    startsAt: view.receivedAt < view.startsAt ? view.receivedAt : view.startsAt,
    summary: view.summary ?? startedText(input),
    ...(view.runbookUrl === undefined ? {} : { runbookUrl: view.runbookUrl }),
  };
}

/** For everyone who was paged or asked. */
export function closingOf({ closedBy, view }: Incident, outcome: Outcome) {
  return {
    outcome,
    summary: closingSentence(view, outcome, closedBy),
    facts: closingFacts(view, outcome, closedBy),
  };
}

/** What is wrong is not known of a run that a person started: only why. */
function startedText({ runbook, host, startedBy }: IncidentInput): string {
  const who = startedBy === undefined ? 'started by nobody known' : `started by ${startedBy.who}: ${startedBy.reason}`;
  return `${runbook} on ${host ?? 'an unknown host'}, ${who}`;
}
