import type { IncidentView } from '../../src/shared/incident';
import type { RecordedIncident } from '../../src/shared/record';
import type { TimelineEntry } from '../../src/shared/timeline';
import { newView } from '../../src/workflows/incident/record/new-incident';
import { incidentInput } from './incidents';

export const BEGAN = Date.parse('2026-11-23T03:00:00.000Z');

/** Seconds after the incident began, as ISO 8601. */
export function at(seconds: number): string {
  return new Date(BEGAN + seconds * 1_000).toISOString();
}

export function entry(id: number, more: Partial<TimelineEntry> = {}): TimelineEntry {
  const look = { cite: 'A.1', title: `Look ${id}`, kind: 'look', status: 'done', detail: 'active' } as const;
  return { id, at: at(id), endedAt: at(id + 1), ...look, ...more };
}

/** An incident of h1 as it goes into the record, changed last `changedAt` seconds after it began. */
export function recorded(
  changedAt: number,
  view: Partial<IncidentView> = {},
  run: Partial<Omit<RecordedIncident, 'view'>> = {},
): RecordedIncident {
  return {
    runId: '0190a000-0000-7000-8000-000000000001',
    lastRunId: '0190a000-0000-7000-8000-000000000001',
    workflowId: 'incident/KingfisherServiceDown/h1',
    status: 'RUNNING',
    summary: 'KingFisher on h1 is down',
    startedAt: at(0),
    endedAt: null,
    ...run,
    view: { ...newView(incidentInput('h1'), at(0)), changedAt: at(changedAt), ...view },
  };
}

/** The same when it is over. */
export function ended(changedAt: number, view: Partial<IncidentView> = {}, run = {}): RecordedIncident {
  const closed = { state: 'closed', outcome: 'healed', ...view } as const;
  return recorded(changedAt, closed, { status: 'COMPLETED', endedAt: at(changedAt), ...run });
}
