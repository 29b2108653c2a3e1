import { ApplicationFailure } from '@temporalio/common';
import type { ReviewActivities } from '../../../../src/activities/control/review/review';
import type { DatabaseLoad } from '../../../../src/shared/observations/latency/database-load';
import type { Reviews } from '../../../../src/workflows/maintenance/control';
import { itemsOf } from '../../../../src/workflows/maintenance/follow-up';
import type { HostActivities } from '../../../../src/activities/host';
import type { Host, Task, TaskSite } from '../../../../src/workflows/maintenance/task';
import { dashboard } from '../../../../src/workflows/maintenance/tasks/dashboard';
import { performance } from '../../../../src/workflows/maintenance/tasks/performance';
import { runbookReview } from '../../../../src/workflows/maintenance/tasks/runbook-review';
import { CATALOGUE, DASHBOARDS, HEALING, USE } from '../../../support/sites/monthly-site';

const DAY_MS = 86_400_000;
const STARTED_AT = '2026-12-06T04:00:00.000Z';

function siteOf(host: Partial<HostActivities>, control: Partial<ReviewActivities>): TaskSite {
  const look: TaskSite['look'] = async (_title, call) => await call(host as unknown as Host);
  const read: TaskSite['read'] = async (_title, call) => await call(control as unknown as Reviews);
  return { look, read, host: 'h1', startedAt: STARTED_AT } as TaskSite;
}

const broken = (message: string, type = 'ObservationFailed') => ApplicationFailure.nonRetryable(message, type);

describe('the dashboard', () => {
  const review = async (catalogue: Partial<typeof CATALOGUE>, files: Partial<typeof DASHBOARDS> = {}) => {
    const asked: string[][] = [];
    const host: Partial<HostActivities> = {
      observeMetricCatalogue: async (input) => {
        asked.push(input.asked);
        return { ...CATALOGUE, ...catalogue };
      },
    };
    const control = { observeDashboards: async () => ({ ...DASHBOARDS, ...files }) };
    return { ...(await dashboard.work(siteOf(host, control))), asked };
  };

  it('that asks for what exists leaves nothing to do', async () => {
    expect(await review({})).toMatchObject({
      state: 'done',
      detail:
        '2 panels of 1 dashboard: 0 ask for metrics that do not exist; 0 metrics of KingFisher in no panel; 0 of 9 rules of Prometheus ask for metrics that do not exist',
      ...{ lines: [], toDo: null, asked: [['kingfisher_pipeline_failures_total', 'up']] },
    });
  });

  it('names panels and rules that ask for what nobody exposes, and metrics without a panel', async () => {
    const { detail, lines, toDo } = await review({
      missing: ['up'],
      own: ['kingfisher_analysis_duration_seconds', 'kingfisher_pipeline_failures'],
      rules: { read: 9, broken: [{ rule: 'KingfisherSlow', missing: ['kingfisher_analysis_time_bucket'] }] },
    });
    expect(detail).toContain(
      '2 panels of 1 dashboard: 1 asks for metrics that do not exist; 1 metric of KingFisher in no panel',
    );
    expect(lines).toEqual([
      '"Up" of "KingFisher" asks for up',
      'rule KingfisherSlow asks for kingfisher_analysis_time_bucket',
      'in no panel: kingfisher_analysis_duration_seconds',
    ]);
    expect(toDo).toBe(
      'Correct 1 panel and 1 rule, which ask for what nobody exposes: up, kingfisher_analysis_time_bucket',
    );
  });

  it('says what was looked at in part', async () => {
    const [board] = DASHBOARDS.dashboards;
    const vague = { title: 'All', metrics: [], isWhole: false };
    const { lines, detail } = await review(
      { source: 'metrics', unknown: ['up'], rules: null, own: null, troubles: ['Prometheus: refused'] },
      { dashboards: [{ ...board!, panels: [vague] }], unreadable: [{ file: '/x.json', why: 'it is no JSON' }] },
    );
    expect(detail).toContain('rules of Prometheus were not looked at; 1 file cannot be read');
    expect(lines).toEqual([
      '/x.json: it is no JSON',
      'a pattern, a variable or no PromQL, looked at in part: "All" of "KingFisher"',
      'Prometheus: refused',
      "without Prometheus only KingFisher's own metrics are known; not looked at: up",
    ]);
  });

  it('that is not named is not configured, and the rules are looked at all the same', async () => {
    const rules = { read: 2, broken: [{ rule: 'A', missing: ['b'] }] };
    const { state, detail, lines, toDo } = await review({ rules }, { dashboards: [] });
    expect(state).toBe('notConfigured');
    expect(detail).toMatch(/maintenance\.dashboards .*; 1 of 2 rules of Prometheus/);
    expect([lines, toDo]).toEqual([['rule A asks for b'], 'Correct 1 rule, which asks for what nobody exposes: b']);
  });

  it('of which no file can be read failed', async () => {
    const { state, toDo } = await review({}, { dashboards: [], unreadable: [{ file: '/x.json', why: 'gone' }] });
    expect([state, toDo]).toEqual(['failed', 'Name a readable file under maintenance.dashboards for /x.json']);
  });
});

describe('the runbook review', () => {
  const review = async (use: Partial<typeof USE>) => {
    const asked: object[] = [];
    const control: Partial<ReviewActivities> = {
      observeRunbookUse: async (span) => {
        asked.push(span);
        return { ...USE, ...use };
      },
    };
    return { ...(await runbookReview.work(siteOf({}, control))), asked };
  };

  it('tells how each was used in four whole weeks, and which steps never were', async () => {
    const { asked, table, detail, toDo } = await review({});
    expect(asked).toEqual([{ host: 'h1', since: '2026-11-08T04:00:00.000Z', until: STARTED_AT }]);
    expect(detail).toContain('3 runs of 1 runbook in four weeks; 0 steps failed at least once');
    expect(table!.rows).toEqual([
      ['A. Service down', '3', '2 healed by Halcyon, 1 well again by itself', 'none', 'A.3', '0'],
    ]);
    expect(toDo).toBeNull();
  });

  it('leaves steps that failed, unanswered alerts and overdue documents to people', async () => {
    const step = { cite: 'A.2', title: 'Restart redis', runs: 2, failed: 1, lastFailure: 'timed out' };
    const deviations = [{ what: 'A.1 Restart KingFisher left out: paused', times: 2 }];
    const { lines, toDo } = await review({
      runbooks: [{ ...USE.runbooks[0]!, steps: [step], deviations }],
      unanswered: [{ alertname: 'DiskWorn', runs: 4 }],
      documents: [{ title: 'The runbooks', reviewBy: '2025-09-25', isOverdue: true }],
    });
    expect(lines).toEqual([
      'A. Service down: A.2 Restart redis failed in 1 of 2 runs, at last: timed out',
      'A. Service down: A.1 Restart KingFisher left out: paused (2 times)',
      'no runbook answers DiskWorn (4 times)',
      expect.stringMatching(/^not run in four weeks: B\. .*H\. Emergency recovery$/),
      'The runbooks: review was due 2025-09-25',
    ]);
    expect(toDo).toBe(
      'See why A.2 failed, and correct the page or the host. Map DiskWorn to a runbook (routes), or write one. Review The runbooks, then set the next date (maintenance.reviewBy)',
    );
  });

  it('does not take what nobody knows for none', async () => {
    const runbooks = [{ ...USE.runbooks[0]!, steps: null }];
    const { table, detail, lines } = await review({
      source: 'temporal',
      detail: 'there is no record (store)',
      runbooks,
    });
    expect(table!.rows[0]!.slice(3)).toEqual(['not known', 'not known', 'not known']);
    expect(detail).toContain('by Temporal alone: there is no record (store)');
    expect(lines?.[0]).toBe('steps and deviations are not known: there is no record (store)');
  });
});

describe('the performance review', () => {
  const weeks: [number, number][] = [0, 1, 2, 3].map((week) => [Date.parse(STARTED_AT) - (3 - week) * 7 * DAY_MS, 10]);
  const LOAD = {
    ...{ connections: { used: 1, max: 9 }, blocked: [], idle: [], running: [], scanned: [], observedAt: STARTED_AT },
    ...{ counted: 'present' as const, statements: [{ shape: 'SELECT ?', calls: 3, meanMs: 4 }] },
  } satisfies DatabaseLoad;

  const review = async (host: Partial<HostActivities> = {}, healing: Partial<typeof HEALING> = {}) => {
    const own: Partial<HostActivities> = {
      observeLatencyHistory: async () => ({ name: 'x', weeks, days: weeks }),
      observeDatabaseLoad: async () => LOAD,
    };
    const observeHealing = async () => ({ ...HEALING, ...healing });
    return await performance.work(siteOf({ ...own, ...host }, { observeHealing }));
  };

  it('has the P95 by week, who healed and how fast, and slow statements, with charts', async () => {
    const { state, detail, lines, charts, table, toDo } = await review();
    expect(state).toBe('done');
    expect(detail).toBe(
      'P95 of analyses 10 s in the week to 2026-12-06; Halcyon healed 2 of 2 (100 %) in four weeks; 0 statements slower than 1 s on average',
    );
    expect(lines).toHaveLength(5);
    expect(charts!.map(({ title }) => title)).toEqual([
      'P95 of the analysis time',
      'Healed by Halcyon, of all that had to be mended',
      'Time to heal',
    ]);
    expect(table!.rows).toEqual([
      ['serviceDown', '3', '2 of 2 (100 %)', '40 s', '1 m'],
      ['all', '3', '2 of 2 (100 %)', '40 s', '1 m'],
    ]);
    expect(toDo).toBeNull();
  });

  it('leaves slower analyses, what was not healed and slow statements to people', async () => {
    const slower = weeks.map(([at], week): [number, number] => [at, 10 + week]);
    const healRate = { count: 1, of: 2, share: 0.5 };
    const { toDo } = await review(
      {
        observeLatencyHistory: async () => ({ name: 'x', weeks: slower, days: [] }),
        observeDatabaseLoad: async () => ({ ...LOAD, statements: [{ shape: 'SELECT ?', calls: 3, meanMs: 1_000 }] }),
      },
      { runbooks: [{ runbook: 'serviceDown', ended: 2, healRate, timeToHeal: null }] },
    );
    expect(toDo).toBe(
      'See why analyses take longer: P95 10 s to 13 s in four weeks. See why Halcyon did not heal all of serviceDown. EXPLAIN the statements that are slower than 1 s on average',
    );
  });

  it('says of each part why it is not known', async () => {
    const nothing: Partial<HostActivities> = {
      observeLatencyHistory: async () => {
        throw broken('prometheus is not configured', 'NotConfigured');
      },
      observeDatabaseLoad: async () => ({ ...LOAD, counted: 'absent', statements: [] }),
    };
    const { state, detail, charts } = await review(nothing);
    expect([state, charts!.length]).toEqual(['done', 2]);
    expect(detail).toMatch(/^the P95 by week is not known: prometheus is not configured; Halcyon healed/);
    expect(detail).toContain('slow statements are not known: pg_stat_statements is absent');
  });

  it('never calls a month healed in which nothing had to be mended', async () => {
    const none = { ended: 1, healRate: { count: 0, of: 0, share: null }, timeToHeal: null };
    const { detail, charts } = await review({}, { all: none, runbooks: [], weeks: [] });
    expect(detail).toContain('Halcyon healed nothing: no incident that ended had to be mended in four weeks');
    expect(charts!.map(({ title }) => title)).toEqual(['P95 of the analysis time']);
  });

  it('is not hidden by a bug', async () => {
    const bug = async () => {
      throw new TypeError('a bug');
    };
    await expect(review({ observeLatencyHistory: bug })).rejects.toThrow(TypeError);
  });
});

it('what is left to people has the place of its review, and no more', () => {
  const entry = (task: Task, toDo?: string | null) => ({
    ...{ cite: task.cite, title: task.title, state: 'done' as const, detail: '', lines: [] },
    ...{ startedAt: STARTED_AT, endedAt: STARTED_AT, ...(toDo === undefined ? {} : { toDo }) },
  });
  expect(itemsOf({ tasks: [entry(dashboard, 'Do it'), entry(runbookReview, null), entry(performance)] })).toEqual([
    { key: 'g-6', cite: 'G.6', title: 'Monitoring dashboard', detail: 'Do it' },
  ]);
});
