import type { IncidentView } from '../../src/shared/incident';
import type { RecordedIncident, RecordedWork } from '../../src/shared/record';
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

/** Maintenance of h1 with one change, read when its history had so many events. */
export function work(events: number, more: Partial<RecordedWork> = {}): RecordedWork {
  const change = { n: 0, at: at(2), endedAt: at(3), cite: 'G.1', title: 'Rotate the logs', status: 'done' } as const;
  const task = { cite: 'G.1', title: 'Log sizes', state: 'done', detail: '300 MiB before', lines: ['a'] } as const;
  return {
    ...{ kind: 'maintenance', runId: 'w1', lastRunId: 'w1', workflowId: 'maintenance/weekly/h1', status: 'RUNNING' },
    ...{ host: 'h1', title: 'Weekly maintenance of h1', startedBy: 'anna', outcome: '1 of 1 tasks done' },
    ...{ startedAt: at(0), endedAt: null, lastStartedAt: at(0), events, items: [], more: { isDryRun: false } },
    tasks: [{ ...task, lines: [...task.lines], startedAt: at(1), endedAt: at(3) }],
    changes: [{ ...change, detail: '', who: 'anna', why: 'Log sizes', before: { bytes: 300 }, after: { bytes: 0 } }],
    ...more,
  };
}
