import type { IncidentView } from './incident';

/** One run of an incident as it goes into the record: what Temporal says of the run, and its view. Plain JSON. */
export interface RecordedIncident {
  /** With which it began: one that is open for long goes on in new runs. */
  runId: string;
  lastRunId: string;
  workflowId: string;
  /** Temporal's: RUNNING, COMPLETED, CANCELLED, TERMINATED, FAILED, TIMED_OUT. */
  status: string;
  /** The line under which Temporal shows it. */
  summary: string;
  startedAt: string;
  /** When its last run ended; null while it runs. */
  endedAt: string | null;
  /** No controller could read it any more: `view` is no more than what Temporal itself shows. */
  isBare?: true;
  view: IncidentView;
}

/** Which incidents of the record are asked for; what is absent does not matter. */
export interface RecordQuery {
  open?: boolean;
  /** Those that began at this moment or later, ISO 8601. */
  since?: string;
  host?: string;
  alert?: string;
  outcome?: string;
  status?: string;
  limit: number;
}
