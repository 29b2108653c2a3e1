import { createHostActivities } from '../../../src/activities/host';
import { vacuumTable } from '../../../src/host/maintenance/vacuum';
import type { VacuumProgress } from '../../../src/host/maintenance/vacuum';
import { settingsOf } from '../../support/scripted/host-settings';
import { PERMIT } from '../../support/scripted/permit';
import { ScratchPostgres } from '../../support/sites/postgres';
import { waitFor } from '../../support/wait-for';
import { useTempFolder } from '../../unit/host/support/temp-folder';

const folder = useTempFolder();
let postgres: ScratchPostgres;
beforeAll(async () => {
  postgres = await ScratchPostgres.up();
  await postgres.query('CREATE SCHEMA kingfisher');
  await postgres.query('CREATE TABLE kingfisher.clusters (id int); CREATE TABLE kingfisher.others (id int)');
  await postgres.query('INSERT INTO kingfisher.clusters SELECT generate_series(1, 1000)');
});
afterAll(async () => await postgres?.down());

function activities(tables: string[], { url = postgres.url, lockTimeoutMs = 500 } = {}) {
  const base = settingsOf({
    kingfisher: { installDir: folder.path(), dataDir: folder.path('data') },
    stateDir: folder.path('state'),
    pauseFile: folder.path('paused'),
  });
  const vacuum = { url, tables, lockTimeoutMs, statementTimeoutMs: 30_000 };
  return createHostActivities({ ...base, maintenance: { ...base.maintenance, vacuum } });
}

const since = () => new Date().toISOString();

it('vacuums and analyzes each table, which its statistics prove, and not again what was done since', async () => {
  const { observeTables, ensureTablesVacuumed } = activities(['kingfisher.clusters', 'kingfisher.others']);
  await postgres.query('DELETE FROM kingfisher.clusters WHERE id <= 500');
  await waitFor(async () => (await observeTables()).tables[0]!.deadRows === 500, { what: 'the statistics' });
  const input = { since: since(), permit: PERMIT };
  const change = await ensureTablesVacuumed(input);
  expect(change).toMatchObject({ changed: true, before: [{ deadRows: 500 }, {}], after: [{ deadRows: 0 }, {}] });
  for (const { lastVacuum, lastAnalyze } of change.after) expect([lastVacuum, lastAnalyze]).not.toContain(null);
  const again = await ensureTablesVacuumed(input);
  expect(again).toMatchObject({ changed: false, after: change.after });
});

it('gives up a table that somebody holds, and vacuums the others', async () => {
  const holder = await postgres.connect();
  try {
    await holder.query('BEGIN; LOCK TABLE kingfisher.clusters IN ACCESS EXCLUSIVE MODE');
    const { observeTables } = activities(['kingfisher.others']);
    const before = (await observeTables()).tables[0]!.lastVacuum;
    const both = activities(['kingfisher.clusters', 'kingfisher.others']);
    const failing = both.ensureTablesVacuumed({ since: since(), permit: PERMIT });
    await expect(failing).rejects.toMatchObject({ type: 'NotInDesiredState' });
    await expect(failing).rejects.toThrow(/1 of 2 tables not vacuumed: kingfisher.clusters: .*lock timeout/);
    expect((await observeTables()).tables[0]!.lastVacuum).not.toBe(before);
    await holder.query('ROLLBACK');
  } finally {
    await holder.end();
  }
});

it('is not deceived by a server that skips a table which is not ours, and ends well', async () => {
  await postgres.query("CREATE ROLE stranger LOGIN PASSWORD 'p'; GRANT USAGE ON SCHEMA kingfisher TO stranger");
  const url = new URL(postgres.url);
  [url.username, url.password] = ['stranger', 'p'];
  const { ensureTablesVacuumed } = activities(['kingfisher.others'], { url: url.toString() });
  const failing = ensureTablesVacuumed({ since: since(), permit: PERMIT });
  await expect(failing).rejects.toThrow(
    /its statistics know of no new VACUUM and ANALYZE: .*only table or database owner/,
  );
});

it('names a table that is not there, by its key', async () => {
  const failing = activities(['kingfisher.gone']).observeTables();
  await expect(failing).rejects.toMatchObject({ type: 'ObservationFailed' });
  await expect(failing).rejects.toThrow('there is no table kingfisher.gone; correct agent.maintenance.vacuum.tables');
});

it('tells its progress, and is called off in the server too', async () => {
  await postgres.query('CREATE TABLE big (id int, filler text)');
  await postgres.query("INSERT INTO big SELECT g, repeat('x', 200) FROM generate_series(1, 200000) g");
  await postgres.query("ALTER SYSTEM SET vacuum_cost_delay = '100ms'; ");
  await postgres.query('ALTER SYSTEM SET vacuum_cost_limit = 10');
  await postgres.query('SELECT pg_reload_conf()');
  const seen: VacuumProgress[] = [];
  const end = new AbortController();
  const running = vacuumTable({
    ...{ url: postgres.url, table: 'big', lockTimeoutMs: 1_000, statementTimeoutMs: 120_000 },
    ...{ signal: end.signal, tell: (progress: VacuumProgress) => seen.push(progress) },
  });
  running.catch(() => undefined);
  await waitFor(() => seen.some(({ percent }) => percent > 0), { what: 'its progress', deadlineMs: 60_000 });
  expect(seen.at(-1)).toMatchObject({ table: 'big', phase: 'scanning heap' });
  end.abort(new Error('called off'));
  await expect(running).rejects.toThrow('called off');
  await waitFor(async () => (await postgres.query('SELECT 1 FROM pg_stat_progress_vacuum')).length === 0, {
    what: 'the end of the VACUUM in the server',
    deadlineMs: 20_000,
  });
});
