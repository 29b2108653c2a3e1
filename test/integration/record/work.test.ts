import type { Pool } from 'pg';
import { openPool } from '../../../src/store/pool';
import { openStore } from '../../../src/store/store';
import type { Store } from '../../../src/store/store';
import { at, ended, entry, recorded, work } from '../../support/recorded';
import { realPlace } from '../../support/sites/record-stores';
import type { RecordPlace } from '../../support/sites/record-stores';

let place: RecordPlace;
let store: Store;
let pool: Pool;

beforeAll(async () => {
  place = await realPlace();
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
  await pool.query('DELETE FROM halcyon.incidents; DELETE FROM halcyon.runs');
});

const all = async (table: string): Promise<object[]> =>
  (await pool.query(`SELECT * FROM halcyon.${table}`)).rows as object[];

describe('a run that is no incident', () => {
  it('is on record with its tasks and changes, as often as it is written', async () => {
    await store.write(work(9));
    await store.write(work(9));
    expect(await all('runs')).toMatchObject([{ run_id: 'w1', kind: 'maintenance', host: 'h1', started_by: 'anna' }]);
    expect(await all('tasks')).toMatchObject([{ n: 0, cite: 'G.1', state: 'done', lines: ['a'] }]);
    expect(await all('run_changes')).toMatchObject([
      { who: 'anna', before_value: { bytes: 300 }, after_value: { bytes: 0 } },
    ]);
  });

  it('is changed by nothing older, and still has the rows that only that has', async () => {
    const { changes, ...rest } = work(20, { outcome: 'newer' });
    await store.write({ ...rest, changes: [] });
    expect(await store.write(work(10, { outcome: 'older', changes }))).toBe(false);
    expect(await all('runs')).toMatchObject([{ outcome: 'newer' }]);
    expect(await all('run_changes')).toHaveLength(1);
    expect(await store.write(work(5, { outcome: 'in a new run', lastStartedAt: at(60), lastRunId: 'w2' }))).toBe(true);
  });

  it('keeps what is known of it where nobody can say how it stood at its end', async () => {
    await store.write(work(9));
    const nothing = { host: null, startedBy: null, outcome: '', tasks: [], changes: [] };
    await store.write(work(10, { ...nothing, status: 'TERMINATED', endedAt: at(9), isBare: true }));
    expect(await all('runs')).toMatchObject([{ status: 'TERMINATED', host: 'h1', outcome: '1 of 1 tasks done' }]);
    expect([...(await store.over(['w1']))]).toEqual(['w1']);
  });

  it('keeps what is left for people, and who ended it', async () => {
    const item = {
      key: 'root-cause',
      cite: 'I.1',
      title: 'Root cause',
      detail: '',
      state: 'open',
      owner: 'anna',
    } as const;
    const open = { ...item, dueAt: at(60), endedBy: null, endedAt: null, note: '' };
    await store.write(work(9, { kind: 'checklist', items: [open] }));
    await store.write(
      work(12, { kind: 'checklist', items: [{ ...open, state: 'done', endedBy: 'ben', endedAt: at(30) }] }),
    );
    expect(await all('checklist_items')).toMatchObject([
      { key: 'root-cause', state: 'done', owner: 'anna', ended_by: 'ben' },
    ]);
  });

  it('is removed with all its parts when it ended long ago', async () => {
    await store.write(work(9, { status: 'COMPLETED', endedAt: at(9) }));
    await store.prune(new Date(at(9)));
    expect(await all('runs')).toHaveLength(1);
    await store.prune(new Date(at(10)));
    expect([...(await all('runs')), ...(await all('tasks')), ...(await all('run_changes'))]).toEqual([]);
  });
});

it('all changes of a host stand in one view, each once, with who and why', async () => {
  const restart = {
    kind: 'change',
    title: 'Restart KingFisher',
    why: 'A.1 it is down',
    after: { active: 'active' },
  } as const;
  await store.write(recorded(5, { timeline: [entry(0), entry(1, restart)] }));
  await store.write(work(9));
  const lease = {
    kind: 'lease',
    runId: 'l1',
    lastRunId: 'l1',
    workflowId: 'lease/h1/openai.max_qps',
    tasks: [],
  } as const;
  const [change] = work(9).changes;
  const title = 'Put openai.max_qps back to 8';
  await store.write(
    work(9, { ...lease, tasks: [], changes: [{ ...change!, at: at(4), title, who: 'ben', why: 'well again' }] }),
  );
  expect(await store.changes({ host: 'h1', since: at(0) })).toMatchObject([
    { source: 'incident', who: 'KingfisherServiceDown', why: 'A.1 it is down', title: 'Restart KingFisher', n: 1 },
    { source: 'maintenance', who: 'anna', why: 'Log sizes', title: 'Rotate the logs' },
    { source: 'lease', who: 'ben', why: 'well again', title },
  ]);
  expect(await store.changes({ host: 'h1', since: at(3) })).toHaveLength(1);
  expect(await store.changes({ host: 'h2', since: at(0) })).toEqual([]);
});

it('evidence is on record by reference', async () => {
  const change = { kind: 'change', status: 'done' } as const;
  const backup = { path: '/var/backups/kingfisher/1', state: 'complete', files: 3, bytes: 9, manifestSha256: 'ab12' };
  await store.write(
    ended(9, {
      timeline: [
        entry(0, { ...change, title: 'Back up the images', after: backup }),
        entry(1, { ...change, title: 'Move corrupt images to the quarantine', after: { corrupt: 0, examples: [] } }),
        entry(2, { ...change, title: 'Move event 7 to quarantine', after: { event: 'quarantined' } }),
        entry(3, { ...change, status: 'failed', title: 'Back up the images', after: backup }),
      ],
    }),
  );
  expect(await all('evidence')).toMatchObject([
    { step: 0, kind: 'backup', place: '/var/backups/kingfisher/1', detail: 'manifest ab12' },
    { step: 1, kind: 'images', place: 'quarantine of images' },
    { step: 2, kind: 'event', place: 'quarantine of events', detail: 'Move event 7 to quarantine' },
  ]);
});

describe('what became of incidents', () => {
  const keys = async () => (await store.events.waiting('a', 9)).map(({ routingKey }) => routingKey.split('.')[1]);
  let publishing: Store;

  beforeAll(() => {
    publishing = openStore(place.location, { hasEvents: true });
  });
  afterAll(() => publishing?.close());
  beforeEach(async () => {
    await pool.query('DELETE FROM halcyon.events');
    await store.events.release('a');
  });

  it('waits in its order, each once, until it was published', async () => {
    const seen = [recorded(1), recorded(1), recorded(2, { tier: 1 }), recorded(1), ended(9), ended(9)];
    for (const one of seen) await publishing.write(one);
    expect(await keys()).toEqual(['opened', 'changed', 'closed']);
    const [first] = await store.events.waiting('a', 1);
    await store.events.published([first!.id]);
    expect(await keys()).toEqual(['changed', 'closed']);
  });

  it('is written nowhere where nobody publishes', async () => {
    await store.write(ended(9));
    expect(await keys()).toEqual([]);
  });

  it('is published by one at a time', async () => {
    await publishing.write(ended(9));
    expect(await store.events.waiting('a', 9)).toHaveLength(2);
    expect(await store.events.waiting('b', 9)).toEqual([]);
    await store.events.release('a');
    expect(await store.events.waiting('b', 9)).toHaveLength(2);
    await store.events.release('b');
  });

  it('is not kept for longer than the record', async () => {
    await publishing.write(recorded(1));
    await store.prune(new Date(Date.now() + 60_000));
    expect(await keys()).toEqual([]);
  });
});
