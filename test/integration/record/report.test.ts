import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Recorder } from '../../../src/activities/control/record/recorder';
import { incidentDocument } from '../../../src/cli/report/incident';
import { knownSince } from '../../../src/cli/report/known';
import { hand } from '../../../src/cli/report/hand';
import type { Config } from '../../../src/config';
import { openStore } from '../../../src/store/store';
import type { Store } from '../../../src/store/store';
import { outputOf } from '../../support/output-of';
import { at, ended, entry } from '../../support/recorded';
import { alert, closedByHand, startIncident, untilState } from '../../support/incidents';
import { realPlace } from '../../support/sites/record-stores';
import type { RecordPlace } from '../../support/sites/record-stores';
import { WorkflowSite } from '../../support/sites/workflow-site';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';

const DAY = 86_400;
const made = { run: undefined, prometheus: undefined, madeAt: at(30 * DAY) };
const noStore = { store: { url: null, path: null, keepForMs: 1 }, agent: null } as Config;

let site: WorkflowSite;
let place: RecordPlace;
let store: Store;
let config: Config;

beforeAll(async () => {
  place = await realPlace();
  store = openStore(place.location);
  await store.migrate();
  const url = 'url' in place.location ? place.location.url : null;
  config = { ...noStore, store: { ...noStore.store, url } };
  site = await WorkflowSite.up({ startServer: startLocal });
});
afterAll(async () => {
  await site?.down();
  await store?.close();
  await place?.down();
});

it('of an incident that Temporal has: what it changed, and how it ended', async () => {
  await site.withHost(async (host, name) => {
    host.up.kingfisher = false;
    const handle = await startIncident(site.env.client, name, alert());
    await untilState(handle, 'watching');
    await closedByHand(handle);
    const report = await incidentDocument(site.env.client, noStore, name, {
      ...made,
      madeAt: new Date().toISOString(),
    });
    expect(report.summary).toMatch(/^Healed on /);
    const rows = (title: string) => report.sections.find((one) => one.title === title)!.table!.rows;
    expect(rows('Changes')[0]![1]).toMatch(/^Restart KingFisher \(A\.1\): done/);
    expect(rows('Times')[3]![1]).toMatch(/ms|s/);
    expect(report.sections.find(({ title }) => title === 'Timeline')!.spans).not.toEqual([]);

    // Both have it: it is one.
    const onRecord = new Recorder({
      client: site.env.client,
      store,
      keepForMs: DAY * 1_000,
      onTrouble: () => undefined,
    });
    await onRecord.round();
    const since = new Date(Date.now() - 60_000);
    for (const from of [noStore, config]) {
      const listed = async () => {
        const { incidents } = await knownSince(site.env.client, from, since);
        return incidents.length > 0 ? incidents : undefined;
      };
      // Temporal lists a run a moment after it ended.
      expect(await waitFor(listed, { what: 'the incident to be listed', deadlineMs: 30_000 })).toMatchObject([
        { runId: handle.signaledRunId, as: 'healed', host: name },
      ]);
    }
    const [ofTemporal] = (await knownSince(site.env.client, noStore, since)).incidents;
    const [ofRecord] = await store.countedSince(since);
    expect(ofRecord!.incident).toEqual(ofTemporal);
  });
});

it('of one that Temporal has forgotten: from the record, with how often it came before', async () => {
  const findings = [{ name: 'DiskFull', detail: '/var is 97 % full', cite: 'A.3', at: at(1) }];
  for (const [n, day] of [0, 5, 9].entries()) {
    const times = { startsAt: at(day * DAY), receivedAt: at(day * DAY + 2), changedAt: at(day * DAY + 60) };
    const run = {
      runId: `run-${n}`,
      lastRunId: `run-${n}`,
      workflowId: 'incident/Forgotten/h9',
      startedAt: at(day * DAY + 2),
    };
    const view = { host: 'h9', alertname: 'Forgotten', timeline: [entry(0)], findings, ...times };
    await store.write(ended(day * DAY + 60, view, run));
  }
  const report = await incidentDocument(site.env.client, config, 'h9', made);
  expect(report.facts.find(({ name }) => name === 'Recurrence')!.lines).toEqual(['3rd time for this cause in 30 days']);
  expect(report.sections.at(-1)!.table!.rows[0]).toContain('Look 0');
  await expect(incidentDocument(site.env.client, config, 'h10', made)).rejects.toThrow('no incident is of "h10"');

  const { incidents, gaps } = await knownSince(site.env.client, config, new Date(at(4 * DAY)), 'h9');
  expect(incidents.map(({ runId }) => runId).sort()).toEqual(['run-1', 'run-2']);
  expect(gaps).toEqual([]);
});

it('says what is missing where there is no record, or it cannot be read', async () => {
  const away = { ...config, store: { ...config.store, url: 'postgres://halcyon@127.0.0.1:1/halcyon' } };
  const since = new Date();
  expect((await knownSince(site.env.client, noStore, since)).gaps.join()).toContain('No record is configured');
  const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    expect((await knownSince(site.env.client, away, since)).gaps.join()).toContain('The record could not be read');
  } finally {
    said.mockRestore();
  }
});

it('goes to a file of the format that its name says', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'halcyon-report-'));
  try {
    const report = await incidentDocument(site.env.client, config, 'h9', made);
    const file = path.join(folder, 'report.html');
    const { said } = await outputOf(() => hand(report, { output: file }));
    expect(said).toContain(`written to ${file}`);
    expect(await readFile(file, 'utf8')).toMatch(/^<!doctype html>/);
    expect((await outputOf(() => hand(report, { json: true }))).said).toContain('"title": "Forgotten on h9"');
    await expect(hand(report, { output: path.join(folder, 'no', 'report.md') })).rejects.toThrow('cannot be written');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
