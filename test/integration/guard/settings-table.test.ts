import { createTableStore } from '../../../src/host/settings-store/table';
import type { SettingLimits, TableSettings } from '../../../src/host/agent-settings';
import { ScratchPostgres } from '../../support/sites/postgres';
import { waitFor } from '../../support/wait-for';

/** As KingFisher has it: one document for each service, environment and version. */
const TABLE = `
  CREATE SCHEMA kingfisher;
  CREATE TABLE kingfisher.config_entries (
    service_name text NOT NULL, env text NOT NULL, version integer NOT NULL,
    data jsonb NOT NULL, etag text,
    UNIQUE (service_name, env, version)
  );
  CREATE TABLE kingfisher.scalars (key text PRIMARY KEY, value jsonb, plain text, etag text);`;

/** What JavaScript would not write back as it is: large and exact numbers, the order of keys that look like numbers. */
const DOCUMENT = `{"openai": {"max_qps": 8, "model": "o4", "cost": 0.10, "id": 12345678901234567890}, "b.c": {"10": 1, "9": true},
  "list": [{"depth": "full"}, null], "on": false, "odd": 8.0, "none": null}`;

let postgres: ScratchPostgres;
beforeAll(async () => {
  postgres = await ScratchPostgres.up();
  await postgres.query(TABLE);
});
afterAll(async () => await postgres?.down());
beforeEach(async () => {
  await postgres.query('TRUNCATE kingfisher.config_entries, kingfisher.scalars');
  const insert = 'INSERT INTO kingfisher.config_entries VALUES ($1, $2, $3, $4, $5)';
  await postgres.query(insert, ['kingfisher', 'prod', 3, DOCUMENT, 'e1']);
  await postgres.query(insert, ['kingfisher', 'prod', 2, DOCUMENT, 'e2']);
  await postgres.query(insert, ['kingfisher', 'test', 3, DOCUMENT, 'e3']);
});

const NUMBER = { min: 1, max: 8 };
const WHERE = { service_name: 'kingfisher', env: 'prod', version: '3' };

function store(path: string[] | undefined, more: Partial<TableSettings & SettingLimits> = NUMBER) {
  const columns = { value: 'data', etag: 'etag' };
  return createTableStore(postgres.url, { table: 'kingfisher.config_entries', where: WHERE, columns, path, ...more });
}

/** Every row without the setting itself, its etag and whether it is another one. */
async function rest(path: string[]): Promise<unknown> {
  const sql = `SELECT env, version, (data #- $1::text[])::text AS data, etag = ANY ('{e2,e3}') AS kept
    FROM kingfisher.config_entries ORDER BY env, version`;
  return await postgres.query(sql, [path]);
}

describe('a setting within a document', () => {
  it('is found by the columns that name its row, and nothing else is changed, digit for digit', async () => {
    const path = ['openai', 'max_qps'];
    const before = await rest(path);
    const one = store(path);
    const found = await one.read();
    expect(found).toMatchObject({ evidence: 'present', value: 8, version: 'e1', detail: '' });
    expect(await one.replace(found, 4)).toBe(true);
    const after = await one.read();
    expect(after).toMatchObject({ evidence: 'present', value: 4 });
    expect(after.version).not.toBe('e1');
    expect(await rest(path)).toEqual(before);
    expect(await one.replace(after, 8)).toBe(true);
    const [row] = await postgres.query(
      `SELECT data = $1::jsonb AS same, data::text = ($1::jsonb)::text AS text FROM kingfisher.config_entries WHERE etag NOT IN ('e2', 'e3')`,
      [DOCUMENT],
    );
    expect(row).toEqual({ same: true, text: true });
  });

  it.each([
    [['list', '0', 'depth'], { oneOf: ['full', 'short'] }, 'full', 'short'],
    [['on'], {}, false, true],
    [['b.c', '10'], NUMBER, 1, 2],
  ])('at %j is read and written as what it is', async (path, limits, old, wanted) => {
    const one = store(path, limits);
    const found = await one.read();
    expect(found).toMatchObject({ evidence: 'present', value: old });
    expect(await one.replace(found, wanted)).toBe(true);
    expect(await one.read()).toMatchObject({ evidence: 'present', value: wanted });
  });

  it.each([
    ['another wrote the document', `SET data = jsonb_set(data, '{on}', 'true'), etag = 'e9'`],
    ['another wrote the value and left the etag', `SET data = jsonb_set(data, '{openai,max_qps}', '6')`],
    ['another wrote the etag alone', `SET etag = 'e9'`],
    ['the row is gone', `SET version = 9`],
  ])('is not written where %s', async (_what, change) => {
    const one = store(['openai', 'max_qps']);
    const found = await one.read();
    await postgres.query(`UPDATE kingfisher.config_entries ${change} WHERE env = 'prod' AND version = 3`);
    const before = await postgres.query('SELECT * FROM kingfisher.config_entries ORDER BY env, version');
    expect(await one.replace(found, 4)).toBe(false);
    expect(await postgres.query('SELECT * FROM kingfisher.config_entries ORDER BY env, version')).toEqual(before);
  });

  it.each([
    ['the same value was written again', `data = jsonb_set(data, '{openai,max_qps}', '8')`, true],
    ['something else in the document was written', `data = jsonb_set(data, '{openai,model}', '"o5"')`, false],
  ])('tells by its mark that %s, also where the etag was left', async (_what, change, isSame) => {
    const one = store(['openai', 'max_qps']);
    const { mark: before } = await one.read();
    expect((await one.read()).mark).toEqual(before);
    await postgres.query(`UPDATE kingfisher.config_entries SET ${change} WHERE env = 'prod' AND version = 3`);
    const { mark: after } = await one.read();
    expect(after!.writing).not.toBe(before!.writing);
    expect(after!.content === before!.content).toBe(isSame);
  });

  it('waits for a writer that is under way, and does not write over it', async () => {
    const one = store(['openai', 'max_qps']);
    const found = await one.read();
    const writer = await postgres.connect();
    await writer.query('BEGIN');
    await writer.query(
      `UPDATE kingfisher.config_entries SET data = jsonb_set(data, '{openai,max_qps}', '6'), etag = 'e9' WHERE version = 3 AND env = 'prod'`,
    );
    const replaced = one.replace(found, 4);
    const isWaiting = async () =>
      (
        await postgres.query(
          `SELECT 1 FROM pg_stat_activity WHERE application_name = 'halcyon' AND wait_event_type = 'Lock'`,
        )
      ).length === 1;
    await waitFor(isWaiting, { what: 'the second writer to wait' });
    await writer.query('COMMIT');
    await writer.end();
    expect(await replaced).toBe(false);
    expect(await one.read()).toMatchObject({ value: 6, version: 'e9' });
  });

  it('is written once by two who try it at the same time', async () => {
    const one = store(['openai', 'max_qps']);
    const found = await one.read();
    const wrote = await Promise.all([4, 5, 6].map((value) => one.replace(found, value)));
    expect(wrote.filter(Boolean)).toHaveLength(1);
    expect(await one.read()).toMatchObject({ value: [4, 5, 6][wrote.indexOf(true)] });
  });

  it.each([
    [['openai', 'nothing'], NUMBER, 'absent', 'no such key'],
    [['nothing', 'max_qps'], NUMBER, 'absent', 'no such key'],
    [['none'], NUMBER, 'malformed', 'is no number'],
    [['openai'], NUMBER, 'malformed', 'is no number'],
    [['openai', 'model'], NUMBER, 'malformed', 'is no number'],
    [['odd'], NUMBER, 'malformed', 'is no number'],
    [['openai', 'id'], NUMBER, 'malformed', 'is no number'],
  ])('at %j is not one that could be put back', async (path, limits, evidence, detail) => {
    expect(await store(path, limits).read()).toMatchObject({ evidence, value: null });
    expect((await store(path, limits).read()).detail).toContain(detail);
  });

  it.each([
    ['no row', { ...WHERE, env: 'nowhere' }, 'absent', 'no such row'],
    ['more than one row', { service_name: 'kingfisher', version: '3' }, 'malformed', 'more than one row'],
  ])('of %s is none', async (_what, where, evidence, detail) => {
    const found = await store(['openai', 'max_qps'], { where, ...NUMBER }).read();
    expect(found).toMatchObject({ evidence, value: null });
    expect(found.detail).toContain(detail);
  });

  it('without an etag could not be compared', async () => {
    await postgres.query(`UPDATE kingfisher.config_entries SET etag = NULL`);
    expect(await store(['openai', 'max_qps']).read()).toMatchObject({ evidence: 'malformed', value: null });
  });

  it.each([
    ['a table that is not there', { table: 'kingfisher.nothing' }],
    ['a column that is not there', { columns: { value: 'nothing', etag: 'etag' } }],
    ['a column that is no jsonb', { columns: { value: 'env', etag: 'etag' } }],
    ['a name of another type', { where: { ...WHERE, version: 'newest' } }],
  ])('in %s is configured wrongly', async (_what, more) => {
    const read = store(['openai', 'max_qps'], { ...NUMBER, ...more }).read();
    await expect(read).rejects.toMatchObject({ failure: 'NotConfigured' });
  });
});

describe('a setting in a column of its own', () => {
  it.each([
    ['value', '32', NUMBER, 32, 16],
    ['value', '"full"', { oneOf: ['full', 'short'] }, 'full', 'short'],
  ])('%s: %s is compared and written', async (value, written, limits, old, wanted) => {
    await postgres.query(`INSERT INTO kingfisher.scalars VALUES ('a', $1, 'full', 's1')`, [written]);
    const columns = { value, etag: 'etag' };
    const one = createTableStore(postgres.url, {
      table: 'kingfisher.scalars',
      where: { key: 'a' },
      columns,
      ...limits,
    });
    const found = await one.read();
    expect(found).toMatchObject({ evidence: 'present', value: old, version: 's1' });
    expect(await one.replace(found, wanted)).toBe(true);
    expect(await one.read()).toMatchObject({ evidence: 'present', value: wanted });
    expect(await one.replace(found, wanted)).toBe(false);
  });

  it('that is text holds the text itself', async () => {
    await postgres.query(`INSERT INTO kingfisher.scalars VALUES ('a', '1', 'full', 's1')`);
    const columns = { value: 'plain', etag: 'etag' };
    const limits = { oneOf: ['full', 'short'] };
    const one = createTableStore(postgres.url, {
      table: 'kingfisher.scalars',
      where: { key: 'a' },
      columns,
      ...limits,
    });
    const found = await one.read();
    expect(await one.replace(found, 'short')).toBe(true);
    expect(await postgres.query('SELECT plain FROM kingfisher.scalars')).toEqual([{ plain: 'short' }]);
  });
});
