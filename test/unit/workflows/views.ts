import type { IncidentView } from '../../../src/shared/incident';
import type { TimelineEntry } from '../../../src/shared/timeline';
import type { Approval } from '../../../src/shared/safety/approval';

/** Text as the worst target would export it: markup, a table cell's end, lines, terminal escapes, text turned around. */
export const HOSTILE =
  'a | b\r\n\n| x | # head\n- item **bold** `code` [l](http://evil) <script>\u001b[2J\u0007\u202e\u009b1m';

/** An open incident of KingFisher on h1 with nothing in it yet. */
export function view(overrides: Partial<IncidentView> = {}): IncidentView {
  return {
    runbook: 'serviceDown',
    alertname: 'KingfisherServiceDown',
    host: 'h1',
    state: 'diagnosing',
    outcome: null,
    severity: 'critical',
    startsAt: '2026-11-23T10:00:00.000Z',
    receivedAt: '2026-11-23T10:00:04.500Z',
    labels: {},
    annotations: {},
    windowMs: null,
    cause: null,
    alerts: [],
    received: 1,
    truncatedAlerts: 0,
    findings: [],
    timeline: [],
    timelineDropped: 0,
    measures: { receivedAt: '2026-11-23T10:00:04.500Z', firstActionAt: null, healthyAt: null, closedAt: null },
    tier: 0,
    acknowledged: null,
    approvals: [],
    leases: [],
    ...overrides,
  };
}

let entries = 0;

export function entry(overrides: Partial<TimelineEntry> = {}): TimelineEntry {
  return {
    id: entries++,
    at: '2026-11-23T10:00:05.000Z',
    endedAt: '2026-11-23T10:00:05.085Z',
    cite: 'A.1',
    title: 'Restart KingFisher',
    kind: 'change',
    status: 'done',
    detail: 'failed → active',
    ...overrides,
  };
}

/** A question about a full recovery of h1 that nobody has answered. */
export function question(overrides: Partial<Approval> = {}): Approval {
  return {
    hash: 'ab12cd34',
    subject: {
      risk: 'fullRecovery',
      host: 'h1',
      cite: 'H',
      title: 'Full recovery: stop, back up, restart everything',
      arguments: {},
      precondition: '/health refused',
    },
    state: 'asked',
    askedAt: '2026-11-23T10:00:06.000Z',
    expiresAt: '2026-11-23T10:30:06.000Z',
    roles: ['operator'],
    people: ['anna', 'bela'],
    answeredBy: null,
    answeredAt: null,
    note: '',
    ...overrides,
  };
}
