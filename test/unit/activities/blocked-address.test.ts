import { createHostActivities } from '../../../src/activities/host';
import type { FamilySettings } from '../../../src/host/agent-settings';
import type { Command } from '../../../src/host/programs/commands';
import { CommandNotStarted } from '../../../src/host/programs/program';
import type { Allowance } from '../../../src/shared/safety/allowance';
import type { ChangePermit } from '../../../src/shared/safety/permit';
import { PERMIT } from '../../support/scripted/permit';
import { useTempFolder } from '../host/support/temp-folder';
import { hostSettings } from './support/host';

const folder = useTempFolder();
const ADDRESS = '203.0.113.9';
const SETTING = `blockedAddress[${ADDRESS}]`;
const UNDO: ChangePermit = { kind: 'undo', token: 0, holder: 'lease/h1/x' };
const FAMILY: FamilySettings = { format: 'nftables', never: ['192.0.2.1'], atMost: 2, widest: { ipv4: 32, ipv6: 64 } };
const HOUR_MS = 3_600_000;

/** What nft was asked to carry out, and what it says. */
let scripts: string[];
let elements: object[];
let failing: { stderr: string } | CommandNotStarted | undefined;

beforeEach(() => {
  [scripts, elements, failing] = [[], [], undefined];
});

const blocked = (expires: number) => ({ elem: { val: ADDRESS, timeout: expires, expires } });

function agent(allow: Allowance[] = ['blockAddress']) {
  const ended = { exitCode: 0, signal: null, timedOut: false, truncated: false, stdout: '', stderr: '', durationMs: 1 };
  const run = async ({ program, input }: Command) => {
    expect(program).toBe('/usr/sbin/nft');
    if (failing instanceof CommandNotStarted) throw failing;
    if (failing !== undefined) return { ...ended, exitCode: 1, ...failing };
    if (input === undefined) return { ...ended, stdout: JSON.stringify({ nftables: [{ set: { elem: elements } }] }) };
    scripts.push(input);
    elements = input.includes('add element') ? [blocked(Number(/timeout (\d+)ms/.exec(input)![1]) / 1_000)] : [];
    return ended;
  };
  const settings = { ...hostSettings(folder.path()), allow, settings: { blockedAddress: FAMILY } };
  return createHostActivities(settings, { run });
}

const wish = (more: object = {}) => ({
  setting: SETTING,
  expected: 'unblocked',
  value: 'blocked',
  forMs: HOUR_MS,
  permit: PERMIT,
  ...more,
});
const stays = (more: object = {}) => wish({ expected: 'blocked', permit: UNDO, ...more });
/** The ledger knows of it, and the kernel will end it so soon. */
async function blockedByHalcyon(seconds: number): Promise<void> {
  await agent().ensureSetting(wish());
  [scripts, elements] = [[], [blocked(seconds)]];
}
const failure = (type: string, message = '') =>
  expect.objectContaining({ type, message: expect.stringContaining(message) });

describe('a member of a family', () => {
  it('is a setting as all others: changed once, found afterwards, put back', async () => {
    expect(await agent().observeSetting({ setting: SETTING })).toMatchObject({
      evidence: 'present',
      value: 'unblocked',
    });
    const change = await agent().ensureSetting(wish());
    expect(change).toMatchObject({
      changed: true,
      before: { value: 'unblocked' },
      after: {
        setting: SETTING,
        value: 'blocked',
        place: 'nftables, table inet halcyon, set blocked4',
        endsInMs: HOUR_MS + 10_000,
      },
    });
    expect(await agent().ensureSetting(wish())).toMatchObject({ changed: false });
    expect(scripts).toHaveLength(1);
    const undo = { setting: SETTING, expected: 'blocked', value: 'unblocked', permit: UNDO };
    expect(await agent().ensureSetting(undo)).toMatchObject({ changed: true, after: { value: 'unblocked' } });
    expect(await agent().ensureSetting(undo)).toMatchObject({ changed: false });
    expect(scripts[1]).toBe(`delete element inet halcyon blocked4 { ${ADDRESS} }\n`);
  });

  it('that is to stay for longer gets a later end in one transaction', async () => {
    await blockedByHalcyon(60);
    expect(await agent().ensureSetting(stays())).toMatchObject({
      changed: true,
      after: { endsInMs: HOUR_MS + 10_000 },
    });
    expect(scripts).toEqual([
      `delete element inet halcyon blocked4 { ${ADDRESS} }\nadd element inet halcyon blocked4 { ${ADDRESS} timeout 3610000ms }\n`,
    ]);
  });

  it('that is unblocked meanwhile is not blocked again to stay', async () => {
    await blockedByHalcyon(60);
    elements = [];
    await expect(agent().ensureSetting(stays())).rejects.toEqual(failure('ValueChanged'));
    expect(scripts).toEqual([]);
  });

  it('that somebody else blocked is neither prolonged nor taken out by a permit that says that it is an undo', async () => {
    elements = [blocked(60)];
    const undo = { setting: SETTING, expected: 'blocked', value: 'unblocked', permit: UNDO };
    await expect(agent().ensureSetting(undo)).rejects.toEqual(failure('NoPermit'));
    expect(await agent().ensureSetting(stays())).toMatchObject({ changed: false, after: { endsInMs: 60_000 } });
    expect(scripts).toEqual([]);
  });

  it('that somebody blocked for good after Halcyon’s block had ended is theirs', async () => {
    await blockedByHalcyon(60);
    elements = [{ elem: { val: ADDRESS } }];
    const undo = { setting: SETTING, expected: 'blocked', value: 'unblocked', permit: UNDO };
    await expect(agent().ensureSetting(undo)).rejects.toEqual(failure('ValueChanged', 'by another hand'));
    expect(scripts).toEqual([]);
  });

  it('needs blockAddress, and no other word; an undo needs none', async () => {
    const others: Allowance[] = ['restart', 'clearFiles', 'changeSettings', 'fullRecovery'];
    await expect(agent(others).ensureSetting(wish())).rejects.toEqual(failure('NotAllowed', 'blockAddress'));
    await blockedByHalcyon(60);
    await expect(agent(others).ensureSetting(stays())).rejects.toEqual(failure('NotAllowed', 'blockAddress'));
    expect(scripts).toEqual([]);
    const undo = { setting: SETTING, expected: 'blocked', value: 'unblocked', permit: UNDO };
    expect(await agent(others).ensureSetting(undo)).toMatchObject({ changed: true });
  });

  it.each([
    ['2001:DB8::1', 'write the address as 2001:db8::1'],
    ['203.0.113.9/32', 'write the address as 203.0.113.9'],
    ['203.0.113.9/24', 'does not begin at this address'],
    ['somebody', 'no IPv4 or IPv6 address'],
    ['', 'no IPv4 or IPv6 address'],
    ['203.0.113.9 } ; flush ruleset ; add element inet halcyon blocked4 { 203.0.113.10', 'no IPv4 or IPv6 address'],
    ['203.0.113.9]\nflush ruleset\n[', 'no IPv4 or IPv6 address'],
  ])('is not named by %j', async (key, why) => {
    const setting = `blockedAddress[${key}]`;
    await expect(agent().observeSetting({ setting })).rejects.toEqual(failure('UnsafeSelector', why));
    await expect(agent().ensureSetting(wish({ setting }))).rejects.toEqual(failure('UnsafeSelector', why));
    expect(scripts).toEqual([]);
  });

  it.each(['blockedAddress', 'other[203.0.113.9]', 'constructor[203.0.113.9]', 'blockedAddress[203.0.113.9'])(
    '%s is no setting of this host',
    async (setting) => {
      await expect(agent().observeSetting({ setting })).rejects.toEqual(failure('NotConfigured'));
    },
  );

  it.each([4, true, 'open', 'drop'])('cannot be %j', async (value) => {
    await expect(agent().ensureSetting(wish({ value }))).rejects.toEqual(
      failure('UnsafeSelector', 'nothing was changed'),
    );
    expect(scripts).toEqual([]);
  });
});

describe('a host that cannot block', () => {
  it.each([
    ['Operation not permitted (you must be root)\nnetlink: Error: cache initialization failed', 'CAP_NET_ADMIN'],
    ['Unable to initialize Netlink socket: Protocol not supported', 'modprobe nf_tables'],
    ['netlink: Error: cache initialization failed: Operation not supported', 'modprobe nf_tables'],
  ])('says why: %s', async (stderr, why) => {
    failing = { stderr };
    await expect(agent().observeSetting({ setting: SETTING })).rejects.toEqual(failure('NotConfigured', why));
  });

  it('names the package of a program that is missing', async () => {
    failing = new CommandNotStarted('/usr/sbin/nft', 'ENOENT', 'install the package nftables');
    const why = 'install the package nftables';
    await expect(agent().observeSetting({ setting: SETTING })).rejects.toEqual(failure('NotConfigured', why));
  });

  it('does not take an answer that it does not know for "unblocked"', async () => {
    failing = { stderr: 'Error: syntax error, unexpected string\n' };
    await expect(agent().observeSetting({ setting: SETTING })).rejects.toEqual(failure('ObservationFailed', 'syntax'));
  });
});
