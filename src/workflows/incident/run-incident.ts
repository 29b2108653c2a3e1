import { condition, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import type { IncidentInput, IncidentMemo, IncidentResult } from '../../shared/incident';
import { searchAttributes } from '../../shared/search-attributes';
import { alertSignal, timelineQuery } from '../messages';
import { Door } from '../messages/door';
import { Guarded } from '../safety/guarded';
import { Display } from './record/display';
import { newestEpisodes } from './episodes';
import { Incident } from './incident';
import type { IncidentBody } from './incident-body';
import { untilClosed } from './incident-loop';
import { listenForMoves } from '../support/continue-when-long';
import { DryRun } from '../safety/safety';
import type { IncidentSafety } from '../safety/safety';
import { isoNow } from '../support/time';

/** An incident started without an alert (Temporal UI's "start workflow") does not wait for one for ever. */
const FIRST_ALERT_WITHIN_MS = 5_000;

/**
 * An incident from first alert to verified close: takes alerts, starts the clock, runs `body`, looks at the host until
 * Alertmanager agrees, keeps what engineers see up to date, and leaves behind which episodes it closed.
 */
export async function runIncident(input: IncidentInput, body: IncidentBody): Promise<IncidentResult> {
  const incident: Incident = new Incident(input, isoNow, () => {
    display.isDue = true;
    lifeline.look();
  });
  const display = new Display(incident);
  const lifeline: IncidentSafety =
    input.recovery?.dryRun === true ? new DryRun(incident) : new Guarded(incident, input.safety, body.watch);
  display.begin();
  const door = new Door((what, why) => incident.note('', what, why));
  lifeline.listen(door);
  listenForMoves(door);
  door.signal(alertSignal, (alerts) => [alerts].flat().forEach((alert) => incident.receive(alert)));
  door.query(timelineQuery, () => incident.view);

  if (!incident.hasAlert && input.startedBy === undefined) {
    await condition(() => incident.hasAlert, FIRST_ALERT_WITHIN_MS, { summary: 'First alert' });
  }
  if (input.startedBy !== undefined && input.carried === undefined) {
    incident.note('', `Started by ${input.startedBy.who}: ${input.startedBy.reason}`);
  }
  const outcome = await untilClosed(incident, lifeline, body);

  incident.close(outcome);
  display.show();
  upsertSearchAttributes([{ key: searchAttributes.outcome, value: outcome }]);
  // What later alerts are compared with: each fingerprint's newest episode, of this incident and those before it.
  const closedEpisodes = newestEpisodes(input.closedEpisodes, incident.view.alerts, isoNow());
  upsertMemo({ closedEpisodes } satisfies IncidentMemo);
  return incident.view;
}
