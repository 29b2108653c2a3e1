import { readDatabaseLoad } from '../../../src/host/stores/database-load';
import { createRedactor } from '../../../src/host/redact';
import { ScratchPostgres } from '../../support/sites/postgres';
import { waitFor } from '../../support/wait-for';

const options = { redact: createRedactor([]), signal: new AbortController().signal };
const NOW = { blockedForMs: 0, idleForMs: 0, runningForMs: 0 };
let postgres: ScratchPostgres;
beforeAll(async () => {
  postgres = await ScratchPostgres.up();
  await postgres.query('CREATE TABLE jobs (id int PRIMARY KEY, state text); INSERT INTO jobs VALUES (1, NULL)');
});
afterAll(async () => await postgres?.down());

const read = (terms = NOW) => readDatabaseLoad(postgres.url, terms, options);

it('names who waits for whom, and who is idle in a transaction, without what their statements hold', async () => {
  const [holder, waiter] = [await postgres.connect(), await postgres.connect()];
  try {
    await holder.query("BEGIN; UPDATE jobs SET state = 'hunter2' WHERE id = 1");
    const waiting = waiter.query("UPDATE jobs SET state = 'other-secret' WHERE id = 1");
    const load = await waitFor(
      async () => {
        const seen = await read();
        return seen.blocked.length > 0 ? seen : undefined;
      },
      { what: 'a session to wait' },
    );
    expect(load.blocked).toMatchObject([
      { user: 'postgres', blockedBy: [load.idle[0]!.pid], shape: 'UPDATE jobs SET state = ? WHERE id = ?' },
    ]);
    expect(load.idle).toMatchObject([{ shape: 'BEGIN; UPDATE jobs SET state = ? WHERE id = ?' }]);
    expect(JSON.stringify(load)).not.toMatch(/hunter2|other-secret/);
    const later = await read({ blockedForMs: 600_000, idleForMs: 600_000, runningForMs: 600_000 });
    expect(later).toMatchObject({ blocked: [], idle: [], running: [] });
    await holder.query('ROLLBACK');
    await waiting;
  } finally {
    await Promise.all([holder.end(), waiter.end()]);
  }
  expect(await read()).toMatchObject({ blocked: [], idle: [] });
});

it('names a statement that runs for long', async () => {
  const client = await postgres.connect();
  client.on('error', () => {}); // it is ended below
  const running = client.query("SELECT pg_sleep(60), 'hunter2'").catch(() => undefined);
  const load = await waitFor(
    async () => {
      const seen = await read();
      return seen.running.length > 0 ? seen : undefined;
    },
    { what: 'a statement to run' },
  );
  expect(load.running).toMatchObject([{ shape: 'SELECT pg_sleep(?), ?', blockedBy: [] }]);
  await postgres.query('SELECT pg_terminate_backend($1)', [load.running[0]!.pid]);
  await running;
});

it('says that the extension is absent, or that the server does not load it', async () => {
  expect(await read()).toMatchObject({ counted: 'absent', statements: [], connections: { max: 100 } });
  const available = await postgres.query("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_stat_statements'");
  if (available.length === 0) return;
  await postgres.query('CREATE EXTENSION pg_stat_statements');
  expect(await read()).toMatchObject({ counted: 'malformed', statements: [] });
});
