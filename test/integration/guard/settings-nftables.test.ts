import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { FamilySettings } from '../../../src/host/agent-settings';
import { runCommand } from '../../../src/host/programs/commands';
import type { CommandRunner } from '../../../src/host/programs/commands';
import { createNftablesStore } from '../../../src/host/settings-store/nftables';
import { parseNetwork } from '../../../src/host/network';
import { waitFor } from '../../support/wait-for';

/** Each test has a network of its own, as the kernel makes it for a new namespace: what it blocks, blocks nobody. */
let namespace: ChildProcess;

beforeEach(async () => {
  if (process.getuid?.() !== 0) throw new Error('this needs root: it makes a network namespace');
  namespace = spawn('/usr/bin/unshare', ['--net', '--', '/bin/sleep', '600'], { stdio: 'ignore' });
  await waitFor(() => isApart(namespace.pid!), { what: 'a network namespace of its own' });
  inside('ip', 'link', 'set', 'lo', 'up');
});
afterEach(() => {
  namespace.kill('SIGKILL');
});

function isApart(pid: number): boolean {
  const of = (who: string) => execFileSync('/bin/readlink', [`/proc/${who}/ns/net`], { encoding: 'utf8' });
  return of(String(pid)) !== of('self');
}

function inside(...command: string[]): string {
  return execFileSync('/usr/bin/nsenter', [`--net=/proc/${namespace.pid}/ns/net`, ...command], { encoding: 'utf8' });
}

const run: CommandRunner = async ({ program, args, ...more }) =>
  await runCommand({
    ...more,
    program: '/usr/bin/nsenter',
    args: [`--net=/proc/${namespace.pid}/ns/net`, program, ...args],
  });

const FAMILY: FamilySettings = {
  format: 'nftables',
  never: ['192.0.2.0/24', '2001:db8:ffff::/48'],
  atMost: 3,
  widest: { ipv4: 24, ipv6: 48 },
};

function store(address: string, forMs?: number, more: Partial<FamilySettings> = {}) {
  return createNftablesStore({ run, family: { ...FAMILY, ...more }, network: parseNetwork(address)!, forMs });
}

async function block(address: string, forMs = 60_000): Promise<boolean> {
  const one = store(address, forMs);
  return await one.replace(await one.read(), 'blocked');
}

const ruleset = () => inside('nft', 'list', 'ruleset');
const valueOf = async (address: string) => (await store(address).read()).value;

describe('an address of this host', () => {
  it('is unblocked where nobody blocked anything, and looking changes nothing', async () => {
    expect(await store('203.0.113.9').read()).toMatchObject({ evidence: 'present', value: 'unblocked' });
    expect(ruleset()).toBe('');
  });

  it.each(['203.0.113.9', '203.0.113.0/24', '2001:db8::1', '2001:db8:1::/64'])(
    '%s is blocked, and given back',
    async (address) => {
      const one = store(address);
      expect(await block(address)).toBe(true);
      const found = await one.read();
      expect(found).toMatchObject({ evidence: 'present', value: 'blocked' });
      // The lease's own end comes first.
      expect(found.endsInMs).toBeGreaterThan(60_000);
      expect(found.endsInMs).toBeLessThanOrEqual(70_000);
      expect(ruleset()).toContain(`${address} timeout`);
      expect(await one.replace(found, 'unblocked')).toBe(true);
      expect(await one.read()).toMatchObject({ value: 'unblocked' });
      expect(ruleset()).not.toContain(address);
    },
  );

  it('has a rule that drops what comes from it, before the usual filter', async () => {
    await block('203.0.113.9');
    expect(ruleset()).toContain('type filter hook input priority filter - 10; policy accept;');
    expect(ruleset()).toContain('ip saddr @blocked4 drop');
    expect(ruleset()).toContain('ip6 saddr @blocked6 drop');
  });

  it('may be blocked beside others, each with an end of its own', async () => {
    await block('203.0.113.9', 60_000);
    await block('203.0.113.10', 600_000);
    await block('2001:db8::1', 3_600_000);
    const ends = await Promise.all(
      ['203.0.113.9', '203.0.113.10', '2001:db8::1'].map(async (one) =>
        Math.round((await store(one).read()).endsInMs! / 60_000),
      ),
    );
    expect(ends).toEqual([1, 10, 60]);
    expect(ruleset().match(/drop/g)).toHaveLength(2);
  });

  it('is unblocked by the kernel alone when its time is over', async () => {
    const one = store('203.0.113.9', -9_500);
    await one.replace(await one.read(), 'blocked');
    await waitFor(async () => (await valueOf('203.0.113.9')) === 'unblocked', { what: 'the kernel to end it' });
  });

  it('that is blocked gets a later end, and an earlier one', async () => {
    await block('203.0.113.9', 60_000);
    await block('203.0.113.9', 600_000);
    expect((await store('203.0.113.9').read()).endsInMs).toBeGreaterThan(590_000);
    await block('203.0.113.9', 5_000);
    expect((await store('203.0.113.9').read()).endsInMs).toBeLessThanOrEqual(15_000);
  });

  it('is not written where somebody unblocked it meanwhile', async () => {
    await block('203.0.113.9');
    const one = store('203.0.113.9');
    const found = await one.read();
    inside('nft', 'flush', 'set', 'inet', 'halcyon', 'blocked4');
    expect(await one.replace(found, 'unblocked')).toBe(false);
    expect(await store('203.0.113.9', 60_000).replace(found, 'blocked')).toBe(false);
    inside('nft', 'delete', 'table', 'inet', 'halcyon');
    expect(await one.replace(found, 'unblocked')).toBe(false);
  });
});

it('people’s own tables are left as they are', async () => {
  inside('nft', 'add table inet filter');
  inside('nft', 'add chain inet filter input { type filter hook input priority filter; policy accept; }');
  inside('nft', 'add rule inet filter input tcp dport 22 accept');
  const before = inside('nft', 'list', 'table', 'inet', 'filter');
  await block('203.0.113.9');
  const one = store('203.0.113.9');
  await one.replace(await one.read(), 'unblocked');
  expect(inside('nft', 'list', 'table', 'inet', 'filter')).toBe(before);
});

it('a rule that somebody took out of the table is there again with the next block', async () => {
  await block('203.0.113.9');
  inside('nft', 'flush', 'chain', 'inet', 'halcyon', 'input');
  await block('203.0.113.10');
  expect(ruleset().match(/drop/g)).toHaveLength(2);
});

describe('nobody blocks', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.8.8.8', 'loopback'],
    ['::1', 'loopback'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1', 'link-local'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['192.0.2.7', '192.0.2.0/24, which "never" names'],
    ['2001:db8:ffff::7', '2001:db8:ffff::/48, which "never" names'],
    ['203.0.0.0/16', 'wider than /24'],
    ['2001:db8::/32', 'wider than /48'],
  ])('%s (%s)', async (address, why) => {
    await expect(block(address)).rejects.toMatchObject({
      failure: 'UnsafeSelector',
      message: expect.stringContaining(why),
    });
    expect(ruleset()).toBe('');
  });

  it('a network that holds a protected address', async () => {
    await expect(block('192.0.2.0/24')).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    const wide = store('192.0.0.0/8', 60_000, { widest: { ipv4: 8, ipv6: 48 } });
    await expect(wide.replace(await wide.read(), 'blocked')).rejects.toMatchObject({ failure: 'UnsafeSelector' });
  });

  it('more addresses than the host allows', async () => {
    for (const address of ['203.0.113.1', '203.0.113.2', '2001:db8::1']) await block(address);
    await expect(block('203.0.113.4')).rejects.toMatchObject({
      failure: 'UnsafeSelector',
      message: expect.stringContaining('3 addresses are blocked already'),
    });
    // One that is blocked may stay so for longer.
    expect(await block('203.0.113.1', 600_000)).toBe(true);
  });

  it('what overlaps a network that is blocked: the end of one would be the end of both', async () => {
    await block('203.0.113.0/24');
    await expect(block('203.0.113.9')).rejects.toMatchObject({
      failure: 'UnsafeSelector',
      message: expect.stringContaining('203.0.113.0/24, which is blocked already'),
    });
    await block('198.51.100.9');
    await expect(block('198.51.100.0/24')).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    expect(await valueOf('203.0.113.9')).toBe('unblocked');
  });

  it('an address of the host itself', async () => {
    const one = createNftablesStore({
      run,
      family: FAMILY,
      network: parseNetwork('203.0.113.7')!,
      forMs: 1,
      own: () => ['203.0.113.7', 'fe80::7'],
    });
    const why = expect.stringContaining("this host's own");
    await expect(one.replace(await one.read(), 'blocked')).rejects.toMatchObject({ message: why });
  });

  it('without an end', async () => {
    const one = createNftablesStore({ run, family: FAMILY, network: parseNetwork('203.0.113.9')! });
    await expect(one.replace(await one.read(), 'blocked')).rejects.toMatchObject({ failure: 'UnsafeSelector' });
  });
});

it('nobody unblocks by a lease: what somebody blocked for good could not be put back', async () => {
  await block('203.0.113.9');
  const one = store('203.0.113.9', 60_000);
  await expect(one.replace(await one.read(), 'unblocked')).rejects.toMatchObject({ failure: 'UnsafeSelector' });
  expect(await valueOf('203.0.113.9')).toBe('blocked');
});

it('what is protected since is given back all the same', async () => {
  await block('203.0.113.9');
  const one = store('203.0.113.9', undefined, {
    never: ['203.0.113.0/24'],
    widest: { ipv4: 32, ipv6: 128 },
    atMost: 1,
  });
  expect(await one.replace(await one.read(), 'unblocked')).toBe(true);
});

it('without the right to the firewall it says so', async () => {
  const weak: CommandRunner = async ({ program, args, ...more }) =>
    await run({ ...more, program: '/usr/bin/setpriv', args: ['--reuid=65534', '--clear-groups', program, ...args] });
  const one = createNftablesStore({ run: weak, family: FAMILY, network: parseNetwork('203.0.113.9')!, forMs: 1 });
  await expect(one.read()).rejects.toMatchObject({
    failure: 'NotConfigured',
    message: expect.stringContaining('CAP_NET_ADMIN'),
  });
});
