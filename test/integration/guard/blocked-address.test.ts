import type { LeaseView } from '../../../src/shared/safety/lease';
import { halcyon } from '../../support/command-line';
import { LabSite } from '../../support/sites/lab-site';
import { waitFor } from '../../support/wait-for';

const HOST = 'blk';
const AGENT = 'halcyon-agent.service';
const CLIENT = 'lab-client.service';
const PORT = '8299';

/** Somebody who reaches the host over a cable: another network with two addresses, and a socket that answers them. */
let site: LabSite;
let client: string;

beforeAll(async () => {
  site = await LabSite.up(HOST);
  const { host } = site;
  await host.exec(['systemd-run', '--quiet', `--unit=${CLIENT}`, '--property=PrivateNetwork=yes', 'sleep', 'infinity']);
  await waitFor(async () => (client = await host.property(CLIENT, 'MainPID')) !== '0', { what: 'the client' });
  await host.exec(['ip', 'link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'cable', 'netns', client]);
  for (const address of ['100.64.1.1/24', 'fd12:1::1/64']) await ip('address', 'add', address, 'dev', 'cable');
  await ip('link', 'set', 'cable', 'up');
  for (const address of ['100.64.1.9/24', '100.64.1.10/24', 'fd12:1::9/64']) {
    await asClient('ip', 'address', 'add', address, 'dev', 'cable', ...(address.includes(':') ? ['nodad'] : []));
  }
  await asClient('ip', 'link', 'set', 'cable', 'up');
  const answer = ['socat', `TCP6-LISTEN:${PORT},fork,reuseaddr,ipv6only=0`, 'EXEC:/bin/echo here'];
  await host.exec(['systemd-run', '--quiet', '--unit=lab-answer', ...answer]);
  await waitFor(async () => await reaches('100.64.1.9'), {
    what: 'the client to reach the host',
    deadlineMs: 20_000,
  });
});
afterAll(async () => await site?.down());

const ip = (...args: string[]) => site.host.exec(['ip', ...args]);
const asClient = (...argv: string[]) => site.host.exec(['nsenter', '--target', client, '--net', ...argv]);

/** Whether what this address sends comes through to the host. */
async function reaches(address: string): Promise<boolean> {
  const isIpv6 = address.includes(':');
  const [family, host] = isIpv6 ? ['TCP6', '[fd12:1::1]'] : ['TCP4', '100.64.1.1'];
  const bind = isIpv6 ? `[${address}]` : address;
  const to = `${family}:${host}:${PORT},bind=${bind},connect-timeout=1`;
  const argv = ['nsenter', '--target', client, '--net', 'socat', '-u', to, 'STDOUT'];
  return (await site.host.exec(argv, { check: false })).stdout.trim() === 'here';
}

const setting = (address: string) => `blockedAddress[${address}]`;
const leases = (...args: string[]) => halcyon(['leases', ...args, '--config', site.stack.configFile]);
const block = (address: string, time = '1h') =>
  leases(
    ...['apply', '--host', HOST, '--setting', setting(address), '--value', 'blocked'],
    ...['--for', time, '--reason', 'attack'],
  );
const release = (address: string) => leases('release', HOST, setting(address), '--reason', 'over');
const ruleset = async () => (await site.host.exec(['nft', 'list', 'ruleset'])).stdout;

function lease(address: string) {
  return site.stack.client.workflow.getHandle(`lease/${HOST}/${setting(address)}`);
}

describe('an address that is blocked by a lease', () => {
  it.each(['100.64.1.9', 'fd12:1::9'])('%s does not reach the host until it is given back', async (address) => {
    expect(await reaches(address)).toBe(true);
    expect(await block(address)).toMatchObject({ code: 0, stdout: expect.stringContaining('unblocked → blocked') });
    expect(await reaches(address)).toBe(false);
    expect(await reaches('100.64.1.10')).toBe(true);
    expect((await leases('list', '--host', HOST)).stdout).toContain(setting(address));
    expect(await release(address)).toMatchObject({ code: 0 });
    expect(await reaches(address)).toBe(true);
    expect(await ruleset()).not.toContain(address);
  });

  it('is blocked for longer when somebody wants it, in the kernel too', async () => {
    await block('100.64.1.9', '10m');
    expect(await ruleset()).toMatch(/100\.64\.1\.9 timeout 10m/);
    await leases('extend', HOST, setting('100.64.1.9'), '--for', '3h', '--reason', 'goes on');
    await waitFor(async () => /100\.64\.1\.9 timeout 3h/.test(await ruleset()), { what: 'the kernel to hear of it' });
    expect(await release('100.64.1.9')).toMatchObject({ code: 0 });
  });

  it('is unblocked by the kernel where the agent is dead', async () => {
    await block('100.64.1.9', '5s');
    await site.host.systemctl('kill', '--signal=KILL', AGENT);
    // Else systemd starts another one.
    await site.host.systemctl('stop', AGENT);
    try {
      expect(await reaches('100.64.1.9')).toBe(false);
      await waitFor(async () => await reaches('100.64.1.9'), { what: 'the kernel to end it', deadlineMs: 30_000 });
      expect(await site.host.property(AGENT, 'MainPID')).toBe('0');
    } finally {
      await site.host.startAgent();
    }
    const end = (await lease('100.64.1.9').result()) as LeaseView;
    expect(end).toMatchObject({ state: 'undone', original: 'unblocked', current: 'unblocked' });
  });
});

it.each([
  ['192.0.2.7', '"never" names'],
  ['127.0.0.1', 'loopback'],
  ['100.64.1.1', "this host's own"],
  ['203.0.113.0/24', 'wider than /32'],
  ['100.64.1.9/32', 'write the address as 100.64.1.9'],
  ['100.64.1.9 } ; flush ruleset', 'no IPv4 or IPv6 address'],
])('%s is refused: %s', async (address, why) => {
  expect(await block(address)).toMatchObject({ code: 1, stdout: expect.stringContaining(why) });
  expect(await ruleset()).not.toContain('timeout 1h');
});
