import { execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { freePorts } from '../lab/temporal/ports';
import { recurrencesFrom } from '../src/shared/figures/recurrence';
import { render } from '../src/report/render';
import { periodReport } from '../src/report/week/document';
import { openStore } from '../src/store/store';
import type { Store } from '../src/store/store';
import { runBenchmark } from './benchmark';
import { percentile } from './statistics';

const INSTALLED = '/usr/lib/postgresql';
const ROUNDS = 20;
const STEPS = 20;

interface Result {
  incidents: number;
  listMs: number;
  listOfHostMs: number;
  showMs: number;
  reportMs: number;
  writeMs: number;
}

/** A record with so many incidents, on a PostgreSQL of its own: the slowest of twenty questions counts. */
runBenchmark<Result>({
  name: 'record',
  description: 'list, show and report incidents of a record that is full',
  count: { option: 'incidents', byDefault: 100_000 },
  isJsonLast: true,
  measure,
  report: ({ incidents, listMs, listOfHostMs, showMs, reportMs, writeMs }) => [
    `record           ${incidents} incidents, ${STEPS} steps each`,
    `list --since 7d  ${listMs} ms (aim: under a second)`,
    `list --host      ${listOfHostMs} ms`,
    `show             ${showMs} ms (aim: under a second)`,
    `report --since 7d ${reportMs} ms (aim: under a second)`,
    `write            ${writeMs} ms`,
  ],
});

async function measure(directory: string, incidents: number, say: (line: string) => void): Promise<Result> {
  const { url, end } = await startPostgres(directory);
  const store = openStore({ url });
  try {
    await store.migrate();
    say(`writing ${incidents} incidents`);
    await fill(url, incidents);
    const since = new Date(Date.now() - 7 * 86_400_000).toISOString();
    const [some] = await store.list({ limit: 1 });
    const full = (await store.read(some!.runId))!;
    return {
      incidents,
      listMs: await slowest(() => store.list({ since, limit: 1_000 })),
      listOfHostMs: await slowest(() => store.list({ host: 'h7', limit: 20 })),
      showMs: await slowest(() => show(store)),
      reportMs: await slowest(() => report(store, since)),
      writeMs: await slowest(() => store.write(full)),
    };
  } finally {
    await store.close();
    await end();
  }
}

/** As a person asks: by host and the beginning of a run. */
async function show(store: Store): Promise<void> {
  const [found] = await store.find('h7');
  const read = await store.read(found!.runId);
  if (read?.view.timeline.length !== STEPS) throw new Error('what was read is not whole');
}

/** As `halcyon report --since` does, with the month before in which the same may have been. */
async function report(store: Store, since: string): Promise<void> {
  const madeAt = new Date().toISOString();
  const known = await store.countedSince(recurrencesFrom(since));
  const incidents = known.map(({ incident }) => incident);
  const [inPeriod, earlier] = [true, false].map((isIn) =>
    incidents.filter(({ startsAt }) => startsAt >= since === isIn),
  );
  const text = render(periodReport({ since, madeAt, incidents: inPeriod!, earlier: earlier!, gaps: [] }), 'html');
  if (!text.includes('By runbook')) throw new Error('the report is not whole');
}

async function slowest(ask: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = performance.now();
    await ask();
    took.push(performance.now() - startedAt);
  }
  return Math.round(percentile(took, 1));
}

/** A year of them, over a hundred hosts. */
async function fill(url: string, incidents: number): Promise<void> {
  const pool = new Pool({ connectionString: url, max: 1 });
  await pool.query(
    `INSERT INTO halcyon.incidents (run_id, last_run_id, workflow_id, status, runbook, alertname, host, severity, state,
       outcome, tier, summary, started_at, starts_at, received_at, ended_at, changed_at, more)
     SELECT 'run-' || n, 'run-' || n, 'incident/KingfisherServiceDown/h' || n % 100, 'COMPLETED', 'serviceDown',
       'KingfisherServiceDown', 'h' || n % 100, 'critical', 'closed', 'healed', 1, 'KingFisher is down', at, at, at,
       at + interval '1 minute', at, jsonb_build_object('timelineShown', $2::int, 'timelineDropped', 0, 'measures', '{}'::jsonb,
         'runbook', 'serviceDown', 'alertname', 'KingfisherServiceDown', 'host', 'h' || n % 100, 'severity', 'critical',
         'state', 'closed', 'outcome', 'healed', 'tier', 1, 'startsAt', at, 'receivedAt', at, 'changedAt', at)
     FROM (SELECT n, now() - n * interval '365 days' / $1::int AS at FROM generate_series(1, $1::int) AS n) AS given`,
    [incidents, STEPS],
  );
  await pool.query(
    `INSERT INTO halcyon.steps (run_id, id, at, ended_at, cite, title, kind, status, detail)
     SELECT run_id, id, started_at, started_at, 'A.1', 'Look at the unit', 'look', 'done', repeat('what was seen ', 8)
     FROM halcyon.incidents, generate_series(0, $1::int - 1) AS id`,
    [STEPS],
  );
  await pool.query(
    `INSERT INTO halcyon.findings (run_id, n, name, detail, cite, at)
     SELECT run_id, 0, 'DiskFull', '/var is 97 % full', 'A.3', started_at FROM halcyon.incidents`,
  );
  await pool.query(
    `INSERT INTO halcyon.pages (run_id, firing, tier, team, channel, at, team_name, delivered, detail, collapsed)
     SELECT run_id, 1, 1, 'platform', 'slack', started_at, 'Platform', true, '', false FROM halcyon.incidents`,
  );
  await pool.query('ANALYZE');
  await pool.end();
}

/** PostgreSQL refuses to run as root: as the user that Debian's package adds. */
async function startPostgres(directory: string): Promise<{ url: string; end: () => Promise<void> }> {
  const [version = ''] = readdirSync(INSTALLED).sort().reverse();
  const program = (name: string) => join(INSTALLED, version, 'bin', name);
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('/usr/bin/id', [flag, 'postgres'])));
  const as = { uid: uid!, gid: gid! };
  chownSync(directory, as.uid, as.gid);
  const data = join(directory, 'data');
  mkdirSync(data, { mode: 0o700 });
  chownSync(data, as.uid, as.gid);
  execFileSync(program('initdb'), ['--pgdata', data, '--auth=trust', '--username=postgres', '--no-sync'], as);
  const [port = 0] = await freePorts(1);
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', directory];
  const server = spawn(program('postgres'), args, { ...as, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  for (let tries = 1; !(await answers(url)); tries++) {
    if (tries > 300) throw new Error('PostgreSQL does not answer');
    await sleep(200);
  }
  const end = async () => {
    server.kill('SIGINT');
    await ended;
  };
  return { url, end };
}

async function answers(url: string): Promise<boolean> {
  const pool = new Pool({ connectionString: url });
  try {
    await pool.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await pool.end();
  }
}
