import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { answers } from '../../../lab/daemon';
import { startMonitoring } from '../../../lab/monitoring/monitoring';
import type { Monitoring } from '../../../lab/monitoring/monitoring';
import type { IncidentView } from '../../../src/shared/incident';
import { requireBuild } from '../../support/build';
import { LabSite } from '../../support/sites/lab-site';
import { StandInPagers } from '../../../lab/stand-ins/pagers';
import { waitFor } from '../../support/wait-for';

/** Scrapes, `for` and groups as deployed: what happens between two scrapes is seen by nobody but Halcyon. */
const HOST = 'sight';
const ID = `incident/KingfisherServiceDown/${HOST}`;
/** Two scrapes, one that hangs, and the rule's `for`. */
const ALERT_WITHIN_MS = 90_000;
/** By Halcyon's own eyes. Prometheus alone takes longer than this. */
const WELL_WITHIN_MS = 25_000;
/** Longer than a heal takes, shorter than what an alert needs to end and to fire anew. */
const KILLED_EVERY_MS = 20_000;
const KILLS = 5;

let pagers: StandInPagers;
let site: LabSite;
let monitoring: Monitoring;
let url: string;

beforeAll(async () => {
  requireBuild();
  pagers = await StandInPagers.start();
  // No tier comes due by time alone: who is paged here was called for a reason.
  // As by default: what is well for a moment is not steady.
  const serviceDown = { steadyFor: '5m', startsPerHour: 6 };
  site = await LabSite.up(HOST, { sections: pagers.sections('1h', '2h', '3h'), env: pagers.env, serviceDown });
  const port = await site.host.forward(8201);
  url = `http://127.0.0.1:${port}/ready`;
  monitoring = await startMonitoring({
    targets: [{ host: HOST, address: `127.0.0.1:${port}` }],
    webhookUrl: site.stack.webhookUrl,
    webhookToken: site.stack.token,
    directory: join(site.directory, 'monitoring'),
    pace: 'deployed',
  });
});
afterAll(async () => {
  await monitoring?.stop();
  await site?.down();
  await pagers?.stop();
});

async function kill(): Promise<void> {
  await site.host.systemctl('kill', '--signal=KILL', 'kingfisher.service');
  await waitFor(async () => !(await answers(url)), { what: 'KingFisher to be gone' });
}

async function untilWell(deadlineMs: number): Promise<void> {
  await waitFor(() => answers(url), { what: 'KingFisher to be well again', deadlineMs, everyMs: 100 });
}

/** The run that is open; one that does not begin yet is waited for as long as monitoring takes. */
async function incident(): Promise<WorkflowHandle> {
  const handle = site.stack.client.workflow.getHandle(ID);
  const what = { what: 'an incident', deadlineMs: ALERT_WITHIN_MS, everyMs: 200 };
  const open = async () => {
    const run = await handle.describe().catch(() => undefined);
    return run?.status.name === 'RUNNING' ? run : undefined;
  };
  const { runId } = await waitFor(open, what);
  return site.stack.client.workflow.getHandle(ID, runId);
}

async function viewOf(handle: WorkflowHandle): Promise<IncidentView> {
  return await handle.query<IncidentView>('timeline');
}

it('is killed, healed and killed again 35 s later: the same incident heals it at once', async () => {
  await kill();
  const first = await incident();
  await untilWell(WELL_WITHIN_MS);
  // What monitoring has seen by then is a matter of chance; what Halcyon knows must not be.
  await sleep(35_000);

  await kill();
  await untilWell(WELL_WITHIN_MS);
  expect((await first.describe()).status.name).toBe('RUNNING');
});

it('is killed every 20 s: never closed between two deaths, named as a crash loop, and people are called', async () => {
  await untilWell(WELL_WITHIN_MS);
  await kill();
  const open = await incident();
  await untilWell(ALERT_WITHIN_MS);
  for (let count = 1; count < KILLS; count++) {
    const next = Date.now() + KILLED_EVERY_MS;
    await kill();
    await untilWell(WELL_WITHIN_MS);
    expect((await viewOf(open)).outcome).toBeNull();
    await sleep(Math.max(0, next - Date.now()));
  }
  const { state, findings } = await viewOf(open);
  expect({ state, isOpen: (await open.describe()).status.name }).toEqual({ state: 'watching', isOpen: 'RUNNING' });
  expect(findings.map(({ name }) => name)).toContain('CrashLoop');
  expect(pagers.pagerduty.incidents).toMatchObject([{ dedupKey: expect.stringContaining(ID), status: 'triggered' }]);
}, 240_000);
