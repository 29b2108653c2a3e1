import type { RecordedIncident } from '../../shared/record';
import type { IncidentView } from '../../shared/incident';

/** Changes with every change that could break whoever reads events. */
const SCHEMA = 1;
/** What of an incident is news. */
const NEWS = ['state', 'outcome', 'tier', 'acknowledged'] as const;

/** What was on record of an incident before it was written again. */
export interface Before extends Pick<IncidentView, (typeof NEWS)[number]> {
  isOver: boolean;
}

export interface IncidentEvent {
  /** Within its incident. */
  key: string;
  routingKey: string;
  body: object;
}

/** What became of an incident since: opened, changed, closed, in this order. `before`: null where it was not on record. */
export function incidentEvents(before: Before | null, incident: RecordedIncident): IncidentEvent[] {
  const { view, endedAt } = incident;
  const changed = before === null ? [] : NEWS.filter((field) => !isSame(before[field], view[field]));
  const isClosed = endedAt !== null && before?.isOver !== true;
  return [
    ...(before === null ? [event('opened', incident, 'opened')] : []),
    // What it closed with is said by that.
    ...(changed.length > 0 && endedAt === null && before?.isOver !== true
      ? [event('changed', incident, `changed/${view.changedAt ?? ''}`, { changed })]
      : []),
    ...(isClosed ? [event('closed', incident, `closed/${incident.lastRunId}`)] : []),
  ];
}

function event(what: string, { view, ...run }: RecordedIncident, key: string, more: object = {}): IncidentEvent {
  const { runbook, alertname, host, severity, mode, state, outcome, tier, acknowledged, cause, startsAt } = view;
  const { workflowId, runId, status, summary, startedAt, endedAt } = run;
  return {
    key,
    routingKey: ['incident', what, severity, runbook].map(word).join('.'),
    body: {
      ...{ schema: SCHEMA, event: what, id: `${runId}/${key}`, ...more },
      at: what === 'closed' ? endedAt : what === 'opened' ? startedAt : (view.changedAt ?? startedAt),
      incident: {
        ...{ workflowId, runId, status, alertname, runbook, host, severity, mode: mode ?? null, summary },
        ...{ state, outcome, tier, acknowledged, cause, startsAt, startedAt, endedAt },
      },
    },
  };
}

/** One word of a routing key. */
function word(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 50) || '_';
}

/** The database sorts the keys of what it keeps. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
