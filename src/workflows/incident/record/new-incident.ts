import { FIRST_STATE } from '../../../shared/incident';
import type { IncidentInput, IncidentStory, IncidentView } from '../../../shared/incident';

/** What is shown of an incident before its first alert. `now`: ISO 8601. */
export function newView({ runbook, alertname, host, safety, startedBy }: IncidentInput, now: string): IncidentView {
  return {
    runbook,
    alertname,
    host,
    mode: safety.mode,
    ...(startedBy === undefined ? {} : { startedBy }),
    state: FIRST_STATE,
    outcome: null,
    severity: 'unknown',
    startsAt: now,
    receivedAt: now,
    labels: {},
    annotations: {},
    windowMs: null,
    cause: null,
    alerts: [],
    received: 0,
    truncatedAlerts: 0,
    findings: [],
    timeline: [],
    timelineDropped: 0,
    measures: { receivedAt: now, firstActionAt: null, healthyAt: null, closedAt: null },
    tier: 0,
    acknowledged: null,
    approvals: [],
    leases: [],
  };
}

/** What it remembers then. */
export function newStory(now: string): IncidentStory {
  return {
    phase: 'round',
    rounds: [],
    changes: 0,
    changesBefore: 0,
    wasNotWell: false,
    wellSince: null,
    mended: null,
    isContradictionTold: false,
    isEscalated: false,
    isHelpless: false,
    standing: 'down',
    resting: null,
    diagnosed: null,
    passEndedAt: null,
    isCalledAgain: false,
    isSecondPass: false,
    earlyAnswers: [],
    firing: 1,
    clockAt: now,
    pages: [],
  };
}
