import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHostActivities } from '../../../src/activities/host';
import type { HostActivities } from '../../../src/activities/host';
import type { SettingPlace } from '../../../src/host/agent-settings';
import { newestIn } from '../../../src/host/fence/fence';
import { guardId } from '../../../src/shared/ids';
import { hostTaskQueue } from '../../../src/shared/task-queues';
import { guardQuery, pauseSignal, releaseLeaseUpdate } from '../../../src/workflows/messages';
import { settingsOf } from '../../support/scripted/host-settings';
import { POLICY } from '../../support/sites/guard-site';
import { LeaseSite, SETTING } from '../../support/sites/lease-site';
import type { LeaseHost } from '../../support/sites/lease-site';
import { startLocal } from '../../support/temporal/temporal';
import { withWorker } from '../../support/temporal/workers';
import { waitFor } from '../../support/wait-for';

/** Guards, leases and the activities of a real agent: what they know of each other when one of them is lost. */
let site: LeaseSite;
let folder: string;
beforeAll(async () => {
  site = await LeaseSite.up(startLocal);
});
afterAll(async () => {
  await site?.down();
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'halcyon-ledger-'));
  write({ max_qps: 8 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => path.join(folder, name);
const write = (content: object) => writeFileSync(at('k.json'), JSON.stringify(content));
const maxQps = () => (JSON.parse(readFileSync(at('k.json'), 'utf8')) as { max_qps: number }).max_qps;
const by = { by: 'anna', reason: 'the test says so' };
const turn = { guard: POLICY };

async function onHost(test: (host: LeaseHost, agent: HostActivities) => Promise<void>): Promise<void> {
  const file = at('k.json');
  const place: SettingPlace = { format: 'json', file, path: ['max_qps'], apply: 'none', min: 1, max: 8 };
  const settings = settingsOf({
    kingfisher: { installDir: folder, dataDir: folder },
    settings: { [SETTING]: place },
    stateDir: at('state'),
    pauseFile: at('paused'),
  });
  const host = site.host();
  const activities = createHostActivities({ ...settings, host: host.name });
  const { nativeConnection: connection } = site.env;
  const agent = { connection, taskQueue: hostTaskQueue(host.name), activities };
  await site.withController(() => withWorker(agent, () => test(host, activities)));
}

const guardOf = (host: LeaseHost) => site.env.client.workflow.getHandle(guardId(host.name));

it('a lease that was terminated and is asked for again gives the first original back', async () => {
  await onHost(async (host) => {
    const first = await host.request({ turn });
    await host.active();
    await first.terminate('by hand');
    const again = await host.request({ turn, value: 2 });
    expect(await host.active()).toMatchObject({ original: 8, value: 2 });
    await again.executeUpdate(releaseLeaseUpdate, { args: [by] });
    expect(await host.end()).toMatchObject({ state: 'undone', original: 8, current: 8 });
    expect(maxQps()).toBe(8);
  });
});

it('the same value, written again by a person, stays', async () => {
  await onHost(async (host) => {
    const handle = await host.request({ turn });
    await host.active();
    write({ max_qps: 4 });
    await handle.executeUpdate(releaseLeaseUpdate, { args: [by] });
    expect(await host.end()).toMatchObject({ state: 'overtaken', current: 4 });
    expect(maxQps()).toBe(4);
  });
});

it('a lease whose guard did not know the newest token of the host is applied all the same', async () => {
  await onHost(async (host, agent) => {
    await host.request({ turn });
    await host.active();
    // As of another guard, which knew more.
    const token = newestIn(at('state/fence'))!.token + 50;
    const permit = { kind: 'change', token, holder: 'incident/X/h1' } as const;
    await agent.ensureSetting({ setting: SETTING, expected: 4, value: 4, permit });
    await host.request({ turn, value: 2, owner: 'bela' });
    await host.until('the second value', ({ current }) => current === 2);
    expect(newestIn(at('state/fence'))!.token).toBe(token + 1);
  });
});

it('a guard that was terminated goes on from the newest token of the host, and from its pauses', async () => {
  await onHost(async (host, agent) => {
    await host.request({ turn });
    await host.active();
    const before = newestIn(at('state/fence'))!.token;
    await guardOf(host).terminate('by hand');
    await host.request({ turn, value: 2, owner: 'bela' });
    await host.until('the second value', ({ current }) => current === 2);
    expect(newestIn(at('state/fence'))!.token).toBe(before + 1);

    await guardOf(host).signal(pauseSignal, { ...by, for: '6h' });
    const kept = async () => (await agent.observeLedger()).kept.pauses.length === 1;
    await waitFor(kept, { what: 'the host to keep the pause' });
    await guardOf(host).terminate('by hand');
    const permit = { kind: 'change', token: before + 2, holder: 'incident/X/h1' } as const;
    const change = agent.ensureSetting({ setting: SETTING, expected: 2, value: 1, permit });
    await expect(change).rejects.toMatchObject({ type: 'Paused' });
    await host.request({ turn, value: 1, owner: 'carla', id: 'x' });
    const refused = await host.until('the refusal', ({ refusals }) => refusals.length === 1);
    expect(refused.refusals[0]!.reason).toContain('paused by anna');
    expect((await guardOf(host).query(guardQuery)).pauses).toMatchObject([{ by: 'anna' }]);
    await host.lease.executeUpdate(releaseLeaseUpdate, { args: [by] });
    expect(await host.end()).toMatchObject({ state: 'undone', original: 8, current: 8 });
  });
});
