import type { IncidentInput, IncidentResult } from '../../shared/incident';
import type { Incident } from '../incident/incident';
import type { RoundResult } from '../incident/incident-body';
import { runIncident } from '../incident/run-incident';

/** An alert that no runbook is mapped to, or whose host cannot be told. Recorded, never dropped; nothing is changed. */
export async function unknownAlert(input: IncidentInput): Promise<IncidentResult> {
  return await runIncident(input, { page: '', round: recordForPeople, watch: null });
}

async function recordForPeople(incident: Incident): Promise<RoundResult> {
  incident.addFinding('UnknownAlert', '', incident.input.routingNote ?? 'no runbook is mapped to this alert');
  incident.note('', 'Nothing was changed: people must look at this alert and map it under routes: in halcyon.yaml');
  return { kind: 'helpless', why: 'Halcyon has no runbook for this alert' };
}
