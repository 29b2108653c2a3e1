import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startMonitoring } from '../../../lab/monitoring/monitoring';
import type { Monitoring } from '../../../lab/monitoring/monitoring';
import { instanceOf } from '../../../lab/monitoring/monitoring-config';
import type { IncidentView } from '../../../src/shared/incident';
import type { MaintenanceReport, TaskReport } from '../../../src/shared/maintenance';
import { openStore } from '../../../src/store/store';
import { LabSite } from '../../support/sites/lab-site';
import { statesOf } from '../../support/sites/maintenance-site';
import { realPlace } from '../../support/sites/record-stores';
import type { RecordPlace } from '../../support/sites/record-stores';
import { waitFor } from '../../support/wait-for';

const HOST = 'month1';
const AGENT_FILE = '/etc/halcyon/halcyon.yaml';
const ALL_DONE = { 'G.6': 'done', 'G.7': 'done', 'G.8': 'done', 'G.9': 'done', 'G.10': 'done' };
const DASHBOARD = {
  title: 'KingFisher',
  panels: [
    { title: 'Up', type: 'timeseries', targets: [{ expr: 'up' }] },
    { title: 'Renamed long ago', type: 'timeseries', targets: [{ expr: 'rate(kingfisher_gone_total[5m])' }] },
  ],
};

let directory: string;
let record: RecordPlace;
let dashboard: string;
let site: LabSite;
let monitoring: Monitoring | undefined;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'halcyon-month-'));
  dashboard = path.join(directory, 'dashboard.json');
  record = await realPlace();
  writeFileSync(dashboard, JSON.stringify(DASHBOARD));
  const sections = { store: record.location, maintenance: { dashboards: [dashboard] } };
  site = await LabSite.up(HOST, { sections });
  monitoring = await startMonitoring({
    targets: [{ host: HOST, address: `127.0.0.1:${await site.host.forward(8201)}` }],
    webhookUrl: 'http://127.0.0.1:9/api/v1/alerts',
    directory: path.join(directory, 'monitoring'),
  });
  await site.host.reverse(9090, Number(new URL(monitoring.prometheusUrl).port));
  const prometheus = `  prometheus: { url: "http://127.0.0.1:9090", match: { instance: "${instanceOf(HOST)}" } }`;
  await exec('sed', '--in-place', `/^agent:/a\\${prometheus}`, AGENT_FILE);
  await exec('systemctl', 'restart', 'halcyon-agent.service');
  await site.host.startAgent();
});
afterAll(async () => {
  await monitoring?.stop();
  await site?.down();
  await record?.down();
  rmSync(directory, { recursive: true, force: true });
});

const exec = async (...command: string[]) => await site.host.exec(command);

const said = async (...args: string[]) => (await site.halcyon(...args)).stdout;

/** It exits with 1 where a review failed. */
async function month(): Promise<MaintenanceReport> {
  await site.halcyon('run', 'monthly', '--host', HOST);
  return (await site.stack.client.workflow.getHandle(`maintenance/monthly/${HOST}`).result()) as MaintenanceReport;
}

function task(report: MaintenanceReport, cite: string): TaskReport {
  const found = report.tasks.find((one) => one.cite === cite);
  if (found === undefined) throw new Error(`${cite} is not in ${JSON.stringify(report)}`);
  return found;
}

/** An incident that Halcyon heals, on the record. */
async function healedOnce(): Promise<void> {
  await exec('systemctl', 'stop', 'kingfisher.service');
  const incident = await site.alert();
  await site.untilView(incident, 'KingFisher to be well', ({ state }) => state === 'watching', 60_000);
  const close = ['incident', 'close', HOST, '--as', 'anna', '--reason', 'the test has seen it'];
  expect(await site.halcyon(...close)).toMatchObject({ code: 0 });
  expect(((await incident.result()) as IncidentView).outcome).toBe('healed');
  const store = openStore(record.location);
  const isOnRecord = async () =>
    (await store.countedSince(new Date(0))).some(({ incident }) => incident.as === 'healed');
  await waitFor(isOnRecord, { what: 'the incident to be on record', deadlineMs: 60_000, everyMs: 500 });
  await store.close();
}

it('on a real host: five reviews of what is there, one list for people, and a report to open', async () => {
  await healedOnce();
  await exec('useradd', '--no-create-home', '--shell', '/bin/bash', 'eve');
  const report = await month();
  expect(statesOf(report)).toEqual(ALL_DONE);
  expect(task(report, 'G.6').lines).toContain('"Renamed long ago" of "KingFisher" asks for kingfisher_gone_total');
  expect(task(report, 'G.7').detail).toMatch(/^1 run of 1 runbook in .*; 0 steps failed at least once/);
  expect(JSON.stringify(task(report, 'G.8').table)).toContain('database zmart_core');
  expect(JSON.stringify(task(report, 'G.9'))).toContain('eve may log in, and is not expected');
  expect(task(report, 'G.10').detail).toContain('Halcyon healed 1 of 1 (100 %)');
  expect(task(report, 'G.10').detail).toMatch(/\d+ statements? slower than/);

  // What is left has an owner's list, which outlives the run.
  const list = `follow-up/monthly/${HOST}/${report.startedAt.slice(0, 10)}`;
  expect(await said('checklist')).toMatch(new RegExp(`G\\.6 +Monitoring dashboard +${list}`));
  expect(await said('checklist', list)).toContain('Correct 1 panel');

  const file = path.join(directory, 'month.html');
  expect(await site.halcyon('report', `maintenance/monthly/${HOST}`, '--output', file)).toMatchObject({ code: 0 });
  const html = readFileSync(file, 'utf8');
  for (const { title } of report.tasks) expect(html).toContain(title);
  expect(html).toMatch(/<svg|<table/);
});

it('with a fault in each: what cannot be read is said, and the rest is told all the same', async () => {
  writeFileSync(dashboard, '{ "title": "KingFi');
  await site.host.systemctl('stop', 'postgresql');
  await monitoring?.prometheus.stop();
  await record.down();
  try {
    const report = await month();
    expect(task(report, 'G.6')).toMatchObject({ state: 'failed' });
    expect(task(report, 'G.6').lines.join()).toContain(dashboard);
    expect(task(report, 'G.7').detail).toContain('by Temporal alone: the record cannot be read (');
    expect(task(report, 'G.7').lines.join()).toContain('steps and deviations are not known');
    expect(task(report, 'G.8').detail).toContain('NOT KNOWN: database (PostgreSQL');
    expect(task(report, 'G.9').detail).toContain('NOT KNOWN: ');
    expect(task(report, 'G.9').detail).toContain('default credentials (postgres: ');
    expect(task(report, 'G.10').detail).toContain('the P95 by week is not known');
    expect(task(report, 'G.10').detail).toContain('slow statements are not known');
  } finally {
    await site.host.systemctl('start', 'postgresql');
  }
});
