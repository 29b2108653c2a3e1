import { isWork } from './record';
import type { Recorded } from './record';

/** Workflow ids of the parts of a run. An incident's own id comes from its alert (`alerts/incident-id.ts`). */

/** Whether this is the workflow id of an incident: people are no workflows. */
export function isIncidentId(id: unknown): boolean {
  return typeof id === 'string' && id.startsWith('incident/');
}

/** Every run of every incident, in Temporal's query language. */
export const INCIDENT_RUNS = 'WorkflowId STARTS_WITH "incident/"';

/** A text within such a query: no name has a quote or a backslash. */
export function queryText(text: string): string {
  return `"${text.replace(/["\\]/g, '')}"`;
}

/** The guard of a host: `guard/h1`. */
export function guardId(host: string): string {
  return `guard/${host}`;
}

/** The clock of one incident, or of whatever else pages people: `escalation/KingfisherServiceDown/h1`. */
export function escalationId(workflowId: string): string {
  return `escalation/${workflowId.replace(/^incident\//, '')}`;
}

/** A temporary change: `lease/h1/openai.max_qps`. */
export function leaseId(host: string, what: string): string {
  return `lease/${host}/${what}`;
}

/** Who tells that the incident of a clock is over; `run`: the clock's first. */
export function closingId(escalation: string, run: string): string {
  return `closing/${escalation.replace(/^escalation\//, '')}/${run}`;
}

/** What could not be written of a run as it then stood. */
export function recordId(run: Recorded): string {
  const { workflowId, runId, status } = run;
  const version = isWork(run) ? String(run.events) : (run.view.changedAt ?? '');
  return `record/${workflowId.replace(/^incident\//, '')}/${runId}/${status}/${version}`;
}
