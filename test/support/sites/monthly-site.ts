import type { ReviewActivities } from '../../../src/activities/control/review/review';
import type { MetricCatalogue } from '../../../src/shared/observations/monitoring';
import type { DashboardFiles, HealingReview, RunbookReview } from '../../../src/shared/report/review';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';

/** What the monthly reviews see where all is well: nothing is left to anybody. */

export const DASHBOARDS: DashboardFiles = {
  dashboards: [
    {
      file: '/etc/halcyon/dashboards/kingfisher.json',
      title: 'KingFisher',
      panels: [
        { title: 'Failures', metrics: ['kingfisher_pipeline_failures_total'], isWhole: true },
        { title: 'Up', metrics: ['up'], isWhole: true },
      ],
    },
  ],
  unreadable: [],
};

export const CATALOGUE: MetricCatalogue = {
  ...{ source: 'prometheus', troubles: [], missing: [], unknown: [] },
  own: ['kingfisher_pipeline_failures'],
  rules: { read: 9, broken: [] },
};

export const USE: RunbookReview = {
  ...{ source: 'record', detail: '', unanswered: [] },
  runbooks: [
    {
      ...{ runbook: 'serviceDown', runs: 3, outcomes: { healed: 2, byItself: 1 }, deviations: [] },
      steps: [
        { cite: 'A.1', title: 'Restart KingFisher', runs: 2, failed: 0, lastFailure: '' },
        { cite: 'A.2', title: 'Restart redis', runs: 1, failed: 0, lastFailure: '' },
      ],
    },
  ],
  documents: [{ title: 'The runbooks', reviewBy: '2099-01-01', isOverdue: false }],
};

const HEALED = {
  ...{ ended: 3, healRate: { count: 2, of: 2, share: 1 } },
  timeToHeal: { count: 2, medianMs: 40_000, p95Ms: 60_000, worstMs: 60_000 },
};

export const HEALING: HealingReview = {
  ...{ source: 'record', detail: '', all: HEALED },
  runbooks: [{ runbook: 'serviceDown', ...HEALED }],
  weeks: [1, 8, 15, 22].map((day) => ({ from: new Date(Date.UTC(2026, 10, day)).toISOString(), ...HEALED })),
};

export function knownReviews(): ReviewActivities {
  return {
    observeDashboards: async () => DASHBOARDS,
    observeRunbookUse: async () => USE,
    observeHealing: async () => HEALING,
  };
}

const WEEK_S = 604_800;
const at = (week: number) => (Date.UTC(2026, 10, 1) / 1_000 + week * WEEK_S) * 1_000;

export function furnishMonthly(host: ScriptedHost): void {
  Object.assign(host.also, {
    observeMetricCatalogue: async () => CATALOGUE,
    observeLatencyHistory: async () => ({
      name: 'kingfisher_analysis_duration_seconds',
      weeks: [0, 1, 2, 3].map((week) => [at(week), 12 + week / 10]),
      days: [0, 1, 2, 3].map((week) => [at(week), 11]),
    }),
    observeDatabaseLoad: async () => ({
      ...{ connections: { used: 5, max: 100 }, blocked: [], idle: [], running: [], scanned: [], counted: 'present' },
      statements: [{ shape: 'SELECT * FROM clusters WHERE id = ?', calls: 900, meanMs: 12 }],
      observedAt: host.now(),
    }),
    observeCapacity: async () => ({ readings: [], notes: [], fullWithinMs: 30 * 86_400_000 }),
    observeAudit: async () => ({ findings: [], dropped: 0, seen: '', unknown: [], notLooked: [] }),
  });
}
