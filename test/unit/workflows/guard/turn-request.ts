import type { TurnRequest } from '../../../../src/shared/safety/guard';

/** What an incident of an alert asks the guard of h1 for. */
export const REQUEST: TurnRequest = {
  incidentId: 'incident/A/h1',
  runId: 'run-1',
  runbook: 'serviceDown',
  severity: 'critical',
  startsAt: '2026-11-23T03:00:00.000Z',
  startedBy: null,
  policy: { restartsPerHour: 3, flapping: { incidents: 3, withinMs: 1_800_000 }, remindEveryMs: 3_600_000 },
};
