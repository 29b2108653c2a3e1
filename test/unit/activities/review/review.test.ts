import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createReviewActivities } from '../../../../src/activities/control/review/review';
import type { CountedIncident } from '../../../../src/shared/figures/counted';
import type { FollowedRunbooks } from '../../../../src/store/review';
import type { Store } from '../../../../src/store/store';

const SPAN = { host: 'h1', since: '2026-11-08T04:00:00.000Z', until: '2026-12-06T04:00:00.000Z' };

function incident(more: Partial<CountedIncident> = {}): CountedIncident {
  const startsAt = '2026-12-01T04:00:00.000Z';
  return {
    ...{
      workflowId: 'incident/A/h1',
      runId: 'r',
      alertname: 'A',
      host: 'h1',
      runbook: 'serviceDown',
      severity: 'critical',
    },
    ...{ as: 'healed', isObserved: false, cause: '', startsAt, receivedAt: startsAt, firstActionAt: null },
    ...{
      healthyAt: '2026-12-01T04:01:00.000Z',
      endedAt: '2026-12-01T04:06:00.000Z',
      pagedAt: [],
      acknowledgedAt: null,
    },
    ...more,
  };
}

const STEP = { runbook: 'serviceDown', cite: 'A.1', title: 'Restart KingFisher', runs: 2, failed: 1, lastFailure: 'x' };

function storeOf(known: (Partial<FollowedRunbooks> & { incidents?: CountedIncident[] }) | Error): Store {
  return {
    countedSince: async () => {
      if (known instanceof Error) throw known;
      return (known.incidents ?? []).map((one) => ({ lastRunId: one.runId, incident: one }));
    },
    followed: async () => ({ steps: [], deviations: [], ...known }),
  } as Partial<Store> as Store;
}

function clientOf(...runs: object[]) {
  const queries: string[] = [];
  const list = async function* ({ query }: { query: string }) {
    queries.push(query);
    yield* runs;
  };
  return { client: { workflow: { list } } as never, queries };
}

const settings = { dashboards: [], reviewBy: { Old: '2025-09-25', New: '2027-01-01' } };

it('tells of each runbook how it ended and how its steps went, by the record', async () => {
  const unknown = incident({ runbook: 'unknownAlert', alertname: 'DiskWorn', as: 'byPeople' });
  const elsewhere = incident({ host: 'h2' });
  const before = incident({ receivedAt: '2026-11-01T04:00:00.000Z' });
  const store = storeOf({
    incidents: [incident(), incident({ as: 'unknown' }), unknown, { ...unknown, host: null }, elsewhere, before],
    steps: [STEP],
    deviations: [{ runbook: 'serviceDown', what: 'left out', times: 2 }],
  });
  const { observeRunbookUse } = createReviewActivities({ ...clientOf(), store, settings });
  const { runbook: _, ...step } = STEP;
  expect(await observeRunbookUse(SPAN)).toEqual({
    ...{ source: 'record', detail: '', unanswered: [{ alertname: 'DiskWorn', runs: 2 }] },
    runbooks: [
      {
        ...{ runbook: 'serviceDown', runs: 2, outcomes: { healed: 1, unknown: 1 }, steps: [step] },
        deviations: [{ what: 'left out', times: 2 }],
      },
    ],
    documents: [
      { title: 'New', reviewBy: '2027-01-01', isOverdue: false },
      { title: 'Old', reviewBy: '2025-09-25', isOverdue: true },
    ],
  });
});

it('counts in whole weeks who healed and how fast', async () => {
  const early = { startsAt: '2026-11-09T04:00:00.000Z', healthyAt: '2026-11-09T04:03:00.000Z' };
  const store = storeOf({
    incidents: [incident(early), incident(), incident({ as: 'unresolved' }), incident({ as: 'open' })],
  });
  const { observeHealing } = createReviewActivities({ ...clientOf(), store, settings });
  const { all, runbooks, weeks } = await observeHealing(SPAN);
  expect(all).toMatchObject({ ended: 3, healRate: { count: 2, of: 3 }, timeToHeal: { medianMs: 120_000 } });
  expect(runbooks.map(({ runbook, ended }) => [runbook, ended])).toEqual([['serviceDown', 3]]);
  expect(weeks.map(({ from, healRate: { count, of } }) => [from.slice(0, 10), count, of])).toEqual([
    ['2026-11-08', 1, 1],
    ['2026-11-15', 0, 0],
    ['2026-11-22', 0, 0],
    ['2026-11-29', 1, 2],
  ]);
});

describe('where there is no record', () => {
  const run = (status: string, outcome: string, type = 'serviceDown') => ({
    ...{ workflowId: 'incident/A/h1', runId: 'r', type, status: { name: status } },
    ...{ startTime: new Date('2026-12-01T04:00:00Z'), closeTime: new Date('2026-12-01T05:00:00Z') },
    searchAttributes: { HalcyonAlert: ['A'], HalcyonOutcome: outcome === '' ? [] : [outcome] },
  });

  it.each([
    ['none', null, 'there is no record (store)'],
    ['one that is away', storeOf(new Error('refused')), 'the record cannot be read (refused)'],
  ])('Temporal counts: %s', async (_what, store, detail) => {
    const { client, queries } = clientOf(
      run('COMPLETED', 'healed'),
      run('CONTINUED_AS_NEW', ''),
      run('TERMINATED', ''),
      run('RUNNING', ''),
    );
    const { observeRunbookUse, observeHealing } = createReviewActivities({ client, store, settings });
    const use = await observeRunbookUse({ ...SPAN, host: 'h"1' });
    expect(use).toMatchObject({ source: 'temporal', detail });
    expect(use.runbooks).toMatchObject([
      { runs: 3, outcomes: { healed: 1, unknown: 1, open: 1 }, steps: null, deviations: [] },
    ]);
    expect(queries[0]).toContain('(HalcyonHost = "h1" OR HalcyonHost IS NULL) AND StartTime >= "2026-11-08T');
    // When a host was well again stands in no list: nothing is told in its place.
    expect((await observeHealing(SPAN)).all).toMatchObject({ healRate: { count: 1, of: 2 }, timeToHeal: null });
  });
});

describe('dashboards', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'halcyon-dashboards-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = async (content: unknown) => {
    const file = path.join(folder, 'board.json');
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    const { observeDashboards } = createReviewActivities({
      ...clientOf(),
      store: null,
      settings: { ...settings, dashboards: [file] },
    });
    return await observeDashboards();
  };

  it('are read with rows within them, as files of Grafana or as its API wraps them', async () => {
    const panel = (title: string, expr: string, more = {}) => ({ title, targets: [{ expr }], ...more });
    const board = {
      title: 'KingFisher',
      panels: [
        panel('Up', 'up{instance="$host"}'),
        {
          title: 'Row',
          type: 'row',
          panels: [panel('Failures', 'rate(a_total[$__rate_interval]) / rate(b_total[5m])')],
        },
        panel('Logs', '{app="x"}', { datasource: { type: 'loki' } }),
        { title: 'Text', type: 'text' },
        panel('Any', 'rate($metric[5m])'),
      ],
    };
    for (const content of [board, { dashboard: board }]) {
      const { dashboards, unreadable } = await read(content);
      expect(unreadable).toEqual([]);
      expect(dashboards[0]!.panels).toEqual([
        { title: 'Up', metrics: ['up'], isWhole: true },
        { title: 'Failures', metrics: ['a_total', 'b_total'], isWhole: true },
        { title: 'Any', metrics: [], isWhole: false },
      ]);
    }
  });

  it.each([
    ['not JSON', '{', 'it is no JSON'],
    ['no dashboard', { title: 'x' }, 'no dashboard of Grafana: it has no "panels"'],
    ['a list', [], 'no dashboard of Grafana: it has no "panels"'],
  ])('that are %s are told', async (_what, content, why) => {
    expect((await read(content)).unreadable).toEqual([{ file: path.join(folder, 'board.json'), why }]);
  });

  it('that are not there are told', async () => {
    const { observeDashboards } = createReviewActivities({
      ...clientOf(),
      store: null,
      settings: { ...settings, dashboards: ['/nowhere/x.json'] },
    });
    expect((await observeDashboards()).unreadable).toEqual([{ file: '/nowhere/x.json', why: 'there is no such file' }]);
  });
});
