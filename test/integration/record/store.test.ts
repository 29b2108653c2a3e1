import type { Pool } from 'pg';
import { countedOf } from '../../../src/shared/figures/counted';
import type { RecordedIncident } from '../../../src/shared/record';
import { openPool } from '../../../src/store/pool';
import { openStore } from '../../../src/store/store';
import type { Store } from '../../../src/store/store';
import { requireBuild } from '../../support/build';
import { at, ended, entry, recorded } from '../../support/recorded';
import { embeddedPlace, realPlace } from '../../support/sites/record-stores';
import type { RecordPlace } from '../../support/sites/record-stores';

beforeAll(requireBuild);

/** The same on both, as `pg` is the only client of either. */
describe.each([
  ['an embedded PostgreSQL', embeddedPlace],
  ['a PostgreSQL server', realPlace],
])('the record in %s', (_name, up) => {
  let place: RecordPlace;
  let store: Store;
  let pool: Pool;

  beforeAll(async () => {
    place = await up();
    store = openStore(place.location);
    pool = openPool(place.location);
    await store.migrate();
  });
  afterAll(async () => {
    await pool?.end();
    await store?.close();
    await place?.down();
  });
  beforeEach(async () => {
    await pool.query('DELETE FROM halcyon.incidents');
  });

  async function written(...incidents: RecordedIncident[]): Promise<RecordedIncident | undefined> {
    for (const incident of incidents) await store.write(incident);
    return await store.read(incidents[0]!.runId);
  }

  it('counts an incident as its view does, of those that began, ended or were open since', async () => {
    const findings = [{ name: 'DiskFull', detail: '/var is 97 % full', cite: 'A.3', at: at(1) }];
    const page = { tier: 1, team: 't', teamName: 'T', detail: '', collapsed: false, firing: 1 } as const;
    const pages = [
      { ...page, at: at(9), channel: 'slack', delivered: true } as const,
      { ...page, at: at(8), channel: 'pagerduty', delivered: false } as const,
    ];
    const acknowledgements = [40, 30].map((n) => ({ as: `anna ${n}`, at: at(n), until: at(90) }));
    const measures = { receivedAt: at(0), firstActionAt: at(1), healthyAt: at(50), closedAt: at(60) };
    const cause = { cite: 'A.1', title: 'x', evidence: 'unit is failed (signal)' };
    const observed = {
      cause,
      startedBy: { who: 'anna', reason: 'r' },
      mode: 'observe',
      outcome: 'resolvedByPeople',
    } as const;
    const long = at(-90_000);
    const counted = [
      ended(60, { findings, pages, acknowledgements, measures }, { runId: 'a', lastRunId: 'a2' }),
      ended(60, observed, { runId: 'b', lastRunId: 'b', startedAt: at(100) }),
      recorded(5, { host: 'h2' }, { runId: 'c', lastRunId: 'c', startedAt: long }),
    ];
    const over = ended(60, {}, { runId: 'd', lastRunId: 'd', startedAt: long, endedAt: at(-80_000) });
    for (const incident of [...counted, over]) await store.write(incident);
    const found = await store.countedSince(new Date(at(-10)));
    const byRun = found.sort((one, other) => (one.incident.runId < other.incident.runId ? -1 : 1));
    expect(byRun).toEqual(counted.map((one) => ({ lastRunId: one.lastRunId, incident: countedOf(one) })));
    expect(await store.countedSince(new Date(at(-10)), 'h2')).toHaveLength(1);
  });

  it('keeps all that an incident knew, as it was', async () => {
    const incident = ended(90, {
      labels: { severity: 'critical' },
      cause: { cite: 'A.1', title: 'KingFisher is down', evidence: 'unit failed' },
      severity: 'critical',
      tier: 1,
      timeline: [
        entry(0, { times: 3, lastAt: at(40), condition: 'down' }),
        entry(1, {
          ...{ kind: 'change', title: 'Restart KingFisher', why: 'A.1 KingFisher is down: unit failed' },
          ...{ before: { state: 'failed' }, after: { state: 'active' } },
        }),
      ],
      findings: [
        { name: 'DiskFull', cite: 'A.3', detail: 'of /var', at: at(3) },
        { name: 'CrashLoop', cite: 'A.1', detail: 'twice', at: at(2), withdrawnAt: at(50) },
      ],
      approvals: [
        {
          ...{ hash: 'abcd1234', state: 'asked', askedAt: at(5), expiresAt: at(600), roles: ['ops'], people: ['anna'] },
          ...{ answeredBy: null, answeredAt: null, note: '' },
          subject: { risk: 'change', host: 'h1', cite: 'A.1', title: 'x', arguments: { a: null }, precondition: '' },
        },
      ],
      pages: [
        {
          ...{ at: at(10), tier: 1, team: 'platform', teamName: 'Platform', channel: 'slack', delivered: true },
          ...{ detail: '#platform', collapsed: false, firing: 1 },
        },
      ],
      acknowledgements: [{ as: 'anna', at: at(20), until: at(1_820), endedAt: at(80) }],
      leases: [
        {
          ...{ setting: 'openai.max_qps', value: 4, previous: 8, until: at(3_600), state: 'active' },
          ...{ reason: '429', detail: '', at: at(30), outlives: true },
        },
      ],
    });
    expect(await written(incident, incident)).toEqual(incident);
  });

  it('loses nothing to a view that came later and was older, and to one that had to leave something out', async () => {
    const first = recorded(10, { timeline: [entry(0), entry(1)] });
    const newer = recorded(20, { timeline: [entry(2, { detail: 'newer' })], timelineDropped: 2, tier: 2 });
    const late = recorded(15, { timeline: [entry(1), entry(2, { detail: 'older' })], tier: 1 });
    const view = (await written(first, newer, late))!.view;
    expect(view.timeline.map(({ id, detail }) => [id, detail])).toEqual([
      [0, 'active'],
      [1, 'active'],
      [2, 'newer'],
    ]);
    expect([view.tier, view.timelineDropped]).toEqual([2, 0]);
  });

  it('ends an incident once, whatever is written afterwards of the time before', async () => {
    const over = await written(ended(30), recorded(30), recorded(29));
    expect(over).toMatchObject({ status: 'COMPLETED', endedAt: at(30), view: { outcome: 'healed' } });
  });

  it('forgets a look that was folded into an earlier one, and no change that still runs', async () => {
    const running = { status: 'running', detail: '' } as const;
    const before = recorded(10, { timeline: [entry(0), entry(1, running), entry(2, { kind: 'change', ...running })] });
    const view = (await written(before, recorded(11, { timeline: [entry(0, { times: 2, lastAt: at(11) })] })))!.view;
    expect(view.timeline.map(({ id, times }) => [id, times])).toEqual([
      [0, 2],
      [2, undefined],
    ]);
  });

  it('takes text that no database can hold', async () => {
    const view = (await written(recorded(1, { timeline: [entry(0, { detail: 'a\0b\ud83d' })] })))!.view;
    expect(view.timeline[0]!.detail).toBe('a\ufffdb\ufffd');
  });

  it('finds by host, alert, both, id and the beginning of a run, and lists the newest first', async () => {
    await written(
      ended(1),
      recorded(2, {}, { runId: 'ffff', lastRunId: 'eeee', startedAt: at(50) }),
      ended(3, { host: 'h2', outcome: 'unresolved' }, { runId: 'dddd', workflowId: 'incident/X/h2', startedAt: at(9) }),
    );
    const runs = async (...asked: [string, string?]) => (await store.find(...asked)).map(({ runId }) => runId);
    expect(await runs('h2')).toEqual(['dddd']);
    expect(await runs('KingfisherServiceDown/h2')).toEqual(['dddd']);
    expect(await runs('incident/KingfisherServiceDown/h1', 'ee')).toEqual(['ffff']);
    const list = async (query: object) =>
      (await store.list({ limit: 10, ...query })).map(({ runId }) => runId.slice(0, 4));
    expect(await list({})).toEqual(['ffff', 'dddd', '0190']);
    expect(await list({ limit: 1 })).toEqual(['ffff']);
    expect(await list({ open: true })).toEqual(['ffff']);
    expect(await list({ since: at(10) })).toEqual(['ffff']);
    expect(await list({ host: 'h2', outcome: 'unresolved', alert: 'KingfisherServiceDown' })).toEqual(['dddd']);
  });

  it('knows what is over, removes what ended long ago with all its parts, and keeps what is open', async () => {
    await written(ended(1, { timeline: [entry(0)] }), recorded(2, {}, { runId: 'ffff', lastRunId: 'eeee' }));
    expect([...(await store.over(['eeee', ended(1).lastRunId, 'none']))]).toEqual([ended(1).lastRunId]);
    expect(await store.prune(new Date(at(1)))).toBe(0);
    expect(await store.prune(new Date(at(2)))).toBe(1);
    expect((await store.list({ limit: 9 })).map(({ runId }) => runId)).toEqual(['ffff']);
    expect((await pool.query('SELECT * FROM halcyon.steps')).rows).toEqual([]);
  });
});
