import type { GuardView } from '../../../src/shared/safety/guard';
import type { LeaseView } from '../../../src/shared/safety/lease';
import { halcyon } from '../../support/command-line';
import { LabSite } from '../../support/sites/lab-site';
import { waitFor } from '../../support/wait-for';

const HOST = 'ldg';
const FILE = '/opt/kingfisher/config/kingfisher.json';
const LEASE = `lease/${HOST}/openai.max_qps`;
const GUARD = `guard/${HOST}`;

/** What a real host knows when guard and lease are gone. */
let site: LabSite;
let normal: string;

beforeAll(async () => {
  site = await LabSite.up(HOST);
  normal = await file();
});
afterAll(async () => {
  await site?.down();
});

const command = (...args: string[]) => halcyon([...args, '--config', site.stack.configFile]);
const apply = (value: number) => {
  const wish = ['--setting', 'openai.max_qps', '--value', String(value), '--for', '1h', '--reason', 'test'];
  return command('leases', 'apply', '--host', HOST, ...wish);
};
const release = () => command('leases', 'release', HOST, 'openai.max_qps', '--reason', 'test');
const file = async () => (await site.host.exec(['cat', FILE])).stdout;
const kept = async (name: string) => (await site.host.exec(['cat', `/var/lib/halcyon/${name}`])).stdout;
const newestToken = async () => Number(/"token":(\d+)/.exec(await kept('fence'))?.[1]);
const guardView = async () => await site.stack.client.workflow.getHandle(GUARD).query<GuardView>('guard');
const terminate = async (id: string) => await site.stack.client.workflow.getHandle(id).terminate('by hand');

it('a lease that was terminated and is asked for again gives the first original back', async () => {
  expect(await apply(4)).toMatchObject({ code: 0 });
  await terminate(LEASE);
  expect(await apply(2)).toMatchObject({ code: 0, stdout: expect.stringContaining('8 → 2') });
  expect(await release()).toMatchObject({ code: 0 });
  expect(await file()).toBe(normal);
});

it('the same value, written again by a person, stays', async () => {
  await apply(4);
  await site.host.exec(['tee', FILE], { input: await file() });
  expect(await release()).toMatchObject({ code: 1, stdout: expect.stringContaining('by another hand') });
  expect(await file()).toBe(normal.replace('"max_qps": 8', '"max_qps": 4'));
  await site.host.exec(['tee', FILE], { input: normal });
});

it('a guard that was terminated goes on from the newest token of the host, and from its pauses', async () => {
  await apply(4);
  await release();
  const before = await newestToken();
  await terminate(GUARD);
  expect(await apply(4)).toMatchObject({ code: 0 });
  expect(await newestToken()).toBe(before + 1);
  await command('pause', '--host', HOST, '--reason', 'moving', '--as', 'anna', '--for', '1h');
  await waitFor(async () => (await kept('pauses')).includes('"by":"anna"'), { what: 'the host to keep the pause' });
  await terminate(GUARD);
  const refused = await apply(2);
  expect(refused.code).toBe(1);
  expect(refused.stdout + refused.stderr).toContain('paused by anna');
  expect((await guardView()).pauses).toMatchObject([{ by: 'anna', reason: 'moving' }]);
  // The undo goes on all the same.
  expect(await release()).toMatchObject({ code: 0 });
  expect(await file()).toBe(normal);
  await command('resume', '--host', HOST, '--as', 'anna');
  await waitFor(async () => !(await kept('pauses')).includes('anna'), { what: 'the host to hear of the end' });
  expect(await apply(4)).toMatchObject({ code: 0 });
  const handle = site.stack.client.workflow.getHandle(LEASE);
  await handle.executeUpdate('release', { args: [{ by: 'test', reason: 'over' }] });
  expect((await handle.result()) as LeaseView).toMatchObject({ state: 'undone', original: 8 });
});
