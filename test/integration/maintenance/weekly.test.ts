import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MaintenanceReport } from '../../../src/shared/maintenance';
import { LabSite } from '../../support/sites/lab-site';
import { statesOf } from '../../support/sites/maintenance-site';
import { makeVenv } from '../../support/python';
import { waitFor } from '../../support/wait-for';

const HOST = 'week1';
const VENV = '/opt/kingfisher/venv';
const IMAGES = '/opt/kingfisher/data/images';
const NOW_DONE = { 'G.1': 'done', 'G.2': 'done', 'G.3': 'done', 'G.4': 'done', 'G.5': 'done' };

let site: LabSite;
let deadMan: Server;
let pings = 0;

beforeAll(async () => {
  deadMan = createServer((_request, response) => {
    pings += 1;
    response.end();
  });
  await new Promise<void>((resolve) => deadMan.listen(0, '127.0.0.1', resolve));
  const weekly = `http://127.0.0.1:${(deadMan.address() as AddressInfo).port}/`;
  site = await LabSite.up(HOST, { sections: { pagers: { pings: { weekly } } } });
  await makeVenv(async (program, args) => await exec(program, ...args), '/opt/kingfisher');
  await exec('chown', '-R', 'kingfisher:kingfisher', VENV);
});
afterAll(async () => {
  await site?.down();
  deadMan?.close();
});

const exec = async (...command: string[]) => await site.host.exec(command);
const psql = async (sql: string) =>
  (await exec('runuser', '-u', 'postgres', '--', 'psql', '--dbname', 'zmart_core', '-tAc', sql)).stdout.trim();

const halcyon = async (...args: string[]) => await site.halcyon(...args);

/** Something to do for each task: large logs, old images beside new ones, dead rows. */
async function furnish(): Promise<void> {
  await exec('truncate', '--size', '101M', '/var/log/kingfisher/service.log');
  const today = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  for (const day of ['2020/01/01', today]) {
    await exec('mkdir', '-p', `${IMAGES}/${day}`);
    await exec('touch', '--date', '2020-01-01', `${IMAGES}/${day}/old1.jpg`, `${IMAGES}/${day}/old2.jpg`);
  }
  await exec('chown', '-R', 'kingfisher:kingfisher', '/opt/kingfisher/data');
  await psql('INSERT INTO kingfisher.liquidation_clusters SELECT FROM generate_series(1, 1000)');
  await psql('DELETE FROM kingfisher.liquidation_clusters');
}

const report = async (): Promise<MaintenanceReport> =>
  (await site.stack.client.workflow.getHandle(`maintenance/weekly/${HOST}`).result()) as MaintenanceReport;

const exists = async (file: string) => (await site.host.exec(['test', '-e', file], { check: false })).exitCode === 0;
const vacuums = async () =>
  Number(await psql("SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = 'liquidation_clusters'"));

it('on a real host: a dry run changes nothing; the run by its schedule does all five, and each is seen', async () => {
  await furnish();
  const before = await vacuums();
  expect(await halcyon('run', 'weekly', '--host', HOST, '--dry-run')).toMatchObject({ code: 0 });
  expect(statesOf(await report())).toEqual({ ...NOW_DONE, 'G.1': 'planned', 'G.2': 'planned', 'G.3': 'planned' });
  expect(await exists(`${IMAGES}/2020/01/01/old1.jpg`)).toBe(true);
  expect([await vacuums(), pings]).toEqual([before, 0]);

  expect((await halcyon('schedules', 'apply')).stdout).toContain(`created  maintenance/weekly/${HOST}`);
  expect((await halcyon('schedules', 'apply')).stdout).toContain(`unchanged  maintenance/weekly/${HOST}`);
  expect(await halcyon('schedules', 'run', 'weekly', '--host', HOST)).toMatchObject({ code: 0 });
  await waitFor(() => pings === 1, { what: 'the sign of life', deadlineMs: 240_000, everyMs: 1_000 });
  const done = await report();
  expect(statesOf(done)).toEqual(NOW_DONE);
  expect(done.tasks[3]!.lines).toContain('oldwidget 1.0, latest is 2.0');
  expect(done.tasks[4]!.detail).toContain("since KingFisher's last start, by its own /metrics");
  expect(done.undelivered).toEqual(['The message: Slack has no token: set pagers.slack.token']);
  // What happened, by the host itself.
  const today = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  expect(await exists(`${IMAGES}/2020/01/01/old1.jpg`)).toBe(false);
  expect(await exists(`${IMAGES}/${today}/old1.jpg`)).toBe(true);
  expect(await exists('/var/log/kingfisher/service.log.1')).toBe(true);
  expect(await vacuums()).toBe(before + 1);
  expect((await halcyon('schedules', 'list')).stdout).toContain(`maintenance/weekly/${HOST}`);
});

it('with a fault in each: the others are done, and each is told in words', async () => {
  await furnish();
  await exec('mv', '/etc/logrotate.d/kingfisher', '/root/kingfisher.logrotate');
  await exec('chattr', '+i', `${IMAGES}/2020/01/01/old1.jpg`).catch(() => undefined);
  await exec('mv', `${VENV}/bin/python`, `${VENV}/bin/gone`);
  await psql('ALTER TABLE kingfisher.outbox RENAME TO outbox_away');
  await exec('systemctl', 'stop', 'kingfisher.service');
  try {
    await halcyon('run', 'weekly', '--host', HOST);
    const seen = await report();
    const { 'G.2': images, ...others } = statesOf(seen);
    expect(others).toEqual({ 'G.1': 'failed', 'G.3': 'failed', 'G.4': 'failed', 'G.5': 'failed' });
    // Not every file system knows files that cannot be changed.
    expect(['failed', 'done']).toContain(images);
    expect(seen.tasks[2]!.detail).toContain('there is no table kingfisher.outbox');
    expect(seen.tasks[3]!.detail).toContain(`cannot start ${VENV}/bin/python`);
    expect(pings).toBe(2);
  } finally {
    await exec('chattr', '-i', `${IMAGES}/2020/01/01/old1.jpg`).catch(() => undefined);
    await exec('mv', '/root/kingfisher.logrotate', '/etc/logrotate.d/kingfisher');
    await exec('mv', `${VENV}/bin/gone`, `${VENV}/bin/python`);
    await psql('ALTER TABLE kingfisher.outbox_away RENAME TO outbox');
    await exec('systemctl', 'start', 'kingfisher.service');
  }
});
