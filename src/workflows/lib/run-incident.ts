import {
  allHandlersFinished,
  condition,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { FIRST_STATE } from '../../shared/incident';
import type { IncidentInput, IncidentMemo, IncidentResult, Outcome } from '../../shared/incident';
import { searchAttributes } from '../../shared/search-attributes';
import { alertSignal, timelineQuery } from '../messages';
import { renderDetails } from './details';
import { Guarded } from './guarded';
import { Incident } from './incident';
import { Unguarded } from './safety';
import type { Lifeline, Safety, Watch } from './safety';

/** An incident started without an alert (Temporal UI's "start workflow") does not wait for one for ever. */
const FIRST_ALERT_WITHIN_MS = 5_000;

/** What is particular to one runbook. */
export interface IncidentBody {
  run(incident: Incident, safety: Safety): Promise<Outcome>;
  /** How an incident that people have is looked at; absent where nothing can be. */
  watch?(incident: Incident): Watch;
}

/**
 * An incident from first alert to verified close: takes alerts, starts the clock, runs `body`, stays open for people when
 * that did not help, keeps what engineers see up to date, and leaves behind which episodes it closed.
 */
export async function runIncident(input: IncidentInput, body: IncidentBody): Promise<IncidentResult> {
  // Whoever starts an incident sets the first state with it: saying it again would only cost the first step time.
  let shown: string = FIRST_STATE;
  const incident: Incident = new Incident(input, isoNow, () => {
    setCurrentDetails(renderDetails(incident.view));
    if (incident.view.state !== shown) {
      shown = incident.view.state;
      upsertSearchAttributes([{ key: searchAttributes.state, value: shown }]);
    }
    if (lifeline instanceof Guarded) lifeline.look();
  });
  const lifeline: Lifeline = createLifeline(incident);
  lifeline.listen();
  setHandler(alertSignal, (alerts) => [alerts].flat().forEach((alert) => incident.receive(alert)));
  setHandler(timelineQuery, () => incident.view);

  if (!incident.hasAlert && input.startedBy === undefined) {
    await condition(() => incident.hasAlert, FIRST_ALERT_WITHIN_MS, { summary: 'First alert' });
  }
  if (input.startedBy !== undefined && input.carried === undefined) {
    incident.note('', `Started by ${input.startedBy.who}: ${input.startedBy.reason}`);
  }
  const outcome = await untilClosed(incident, lifeline, body);

  incident.close(outcome);
  upsertSearchAttributes([{ key: searchAttributes.outcome, value: outcome }]);
  upsertMemo({ closedEpisodes: incident.closedEpisodes() } satisfies IncidentMemo);
  return incident.view;
}

function createLifeline(incident: Incident): Lifeline {
  const { safety, recovery } = incident.input;
  return safety === undefined || recovery?.dryRun === true ? new Unguarded() : new Guarded(incident, safety);
}

/** The body, and people where it did not help, until an end holds. */
async function untilClosed(incident: Incident, lifeline: Lifeline, body: IncidentBody): Promise<Outcome> {
  let isHandedOver = incident.input.carried !== undefined;
  for (;;) {
    lifeline.begin();
    const outcome = isHandedOver
      ? await peopleHaveIt(incident, lifeline, body)
      : await untilEnded(incident, lifeline, body);
    await condition(allHandlersFinished);
    const newest = incident.newestFiring;
    await lifeline.end(outcome);
    if (incident.newestFiring <= newest) return outcome;
    // It came while everyone was told that it is over.
    incident.note('', 'The alert fires anew: diagnosing again');
    isHandedOver = false;
  }
}

async function untilEnded(incident: Incident, lifeline: Lifeline, body: IncidentBody): Promise<Outcome> {
  const outcome = await runBody(incident, lifeline, body);
  if (outcome !== 'unresolved' || !lifeline.staysOpen) return outcome;
  return await peopleHaveIt(incident, lifeline, body);
}

async function peopleHaveIt(incident: Incident, lifeline: Lifeline, body: IncidentBody): Promise<Outcome> {
  const next = await lifeline.handOver(body.watch?.(incident));
  return next === 'again' ? await untilEnded(incident, lifeline, body) : next;
}

/** A bug in a runbook stops this workflow's task for ever, but never before the clock runs by itself. */
async function runBody(incident: Incident, lifeline: Lifeline, body: IncidentBody): Promise<Outcome> {
  try {
    return await body.run(incident, lifeline);
  } catch (err) {
    await lifeline.begun();
    throw err;
  }
}

/** Workflow time. */
function isoNow(): string {
  return new Date().toISOString();
}
