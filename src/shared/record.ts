import type { ChecklistItem } from './follow-up';
import type { IncidentView } from './incident';
import type { TaskReport } from './maintenance';
import type { MadeChange } from './timeline';

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

export type WorkKind = 'maintenance' | 'lease' | 'checklist';

/** A run that is no incident as it goes into the record: maintenance, a lease, what is left for people. Plain JSON. */
export interface RecordedWork extends Pick<
  RecordedIncident,
  'runId' | 'lastRunId' | 'workflowId' | 'status' | 'startedAt' | 'endedAt' | 'isBare'
> {
  kind: WorkKind;
  host: string | null;
  /** What it is in one line. */
  title: string;
  /** Who began it; null for its schedule, or where nobody said. */
  startedBy: string | null;
  /** How it came out in few words, or its state. */
  outcome: string;
  /** Which of two readings is newer: by the begin of its last run, then by the events of its history. */
  lastStartedAt: string;
  events: number;
  tasks: Omit<TaskReport, 'changes'>[];
  changes: MadeChange[];
  items: ChecklistItem[];
  /** What else its view has. */
  more: object;
}

/** Whatever goes into the record. */
export type Recorded = RecordedIncident | RecordedWork;

export function isWork(run: Recorded): run is RecordedWork {
  return 'kind' in run;
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
