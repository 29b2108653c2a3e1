import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHostActivities } from '../../../../src/activities/host';
import type { AgentSettings, KingfisherSettings } from '../../../../src/host/agent-settings';
import { settingsOf } from '../../../support/scripted/host-settings';
import { PERMIT } from '../../../support/scripted/permit';

const HOUR = 3_600_000;
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0cmFkaW5nLXVpIn0.c2lnbmF0dXJlLW9mLWl0';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'access-agent-'));
  file = path.join(folder, 'access.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NEVER = { format: 'nftables' as const, never: ['10.0.0.0/8'], atMost: 32, widest: { ipv4: 32, ipv6: 64 } };

function agentWith(kingfisher: Partial<KingfisherSettings> = {}, more: Partial<AgentSettings> = {}) {
  const places = { installDir: folder, dataDir: folder, accessLog: file, clients: ['trading-ui'] };
  const stateDir = path.join(folder, 'state');
  const settings = { stateDir, settings: { blockedAddress: NEVER }, ...more };
  return createHostActivities(settingsOf({ ...settings, kingfisher: { ...places, ...kingfisher } }));
}

function log(...requests: [address: string, client: string, status: number][]): void {
  const time = new Date(Date.now() - 1_000).toISOString();
  const lines = requests.map(([remote_addr, user, status]) => JSON.stringify({ time, remote_addr, user, status }));
  writeFileSync(file, `${lines.join('\n')}\n`);
}

describe('what leaves the host of an access log', () => {
  it('has addresses as everybody writes them, their clients, and why one is never blocked', async () => {
    log(
      ['10.0.0.7', '-', 401],
      ['127.0.0.1', '-', 403],
      ['::ffff:203.0.113.9', 'trading-ui', 429],
      ['2001:DB8::1', '-', 401],
      ['proxy.internal', '-', 401],
    );
    const { addresses, networks, clients, counts } = await agentWith().observeAccess({ windowMs: HOUR });
    expect(counts).toEqual({ unauthorized: 3, forbidden: 1, limited: 1, other: 0 });
    expect(Object.fromEntries(addresses.map(({ name, never }) => [name, never]))).toEqual({
      '10.0.0.7': 'it touches 10.0.0.0/8, which "never" names',
      '127.0.0.1': 'it is loopback',
      '203.0.113.9': null,
      '2001:db8::1': null,
      'proxy.internal': 'it is no address',
    });
    expect(addresses.find(({ name }) => name === '203.0.113.9')?.clients).toEqual(['trading-ui']);
    expect(clients).toMatchObject([{ name: 'trading-ui', isKnown: true }]);
    expect(networks.find(({ name }) => name === '203.0.113.0/24')).toMatchObject({
      clients: ['trading-ui'],
      never: 'it is wider than /32, which "widest" allows',
    });
    expect(networks.find(({ name }) => name === '2001:db8::/64')?.never).toBeNull();
  });

  it('is bounded, and keeps the known client among a thousand others', async () => {
    const others = Array.from({ length: 1_000 }, (_, at) => [`203.0.113.${at % 250}`, `other-${at}`, 401] as const);
    log(
      ['198.51.100.1', 'trading-ui', 401],
      ...others.flatMap((one) => [[...one], [...one]] as [string, string, number][]),
    );
    const state = await agentWith().observeAccess({ windowMs: HOUR });
    expect(state.clients.some(({ name }) => name === 'trading-ui')).toBe(true);
    expect([state.addresses.length, state.networks.length, state.clients.length]).toEqual([20, 2, 20]);
    expect(JSON.stringify(state).length).toBeLessThan(10_000);
  });

  it('has no secret that somebody gave as a name, and no character that a reader obeys', async () => {
    log(['203.0.113.9', TOKEN.slice(0, 60), 401], ['203.0.113.9', 'a\u202eb\nc', 401]);
    const told = JSON.stringify(await agentWith().observeAccess({ windowMs: HOUR }));
    expect(told).not.toContain('\u202e');
    expect(told).not.toContain('\\n');
  });

  it('is nothing where none is configured', async () => {
    const asked = agentWith({ accessLog: 'none' }).observeAccess({ windowMs: HOUR });
    await expect(asked).rejects.toMatchObject({ type: 'NotConfigured' });
  });
});

describe('the reading of violations', () => {
  const wanted = { reading: 'violations', atMost: 1, withinMs: HOUR, windowMs: 0, deadlineMs: 100 } as const;

  it('is well while few are refused, and not where the log is missing', async () => {
    const agent = agentWith();
    expect((await agent.waitUntil(wanted)).holds).toBe(false);
    log(['203.0.113.9', '-', 401], ['203.0.113.9', '-', 200]);
    expect((await agent.waitUntil(wanted)).holds).toBe(true);
    log(['203.0.113.9', '-', 401], ['203.0.113.9', '-', 401]);
    expect(await agent.waitUntil(wanted)).toMatchObject({ holds: false, ended: 'deadline' });
  });
});

describe('a new token', () => {
  const issuer = (script: string) => ({
    issueToken: { command: [process.execPath, '-e', script, '{client}'], cwd: folder, timeoutMs: 20_000 },
    manager: { type: 'process' as const, command: ['/bin/true'], cwd: folder, logFile: file, pidFile: file, env: {} },
  });
  const wish = { client: 'trading-ui', id: '0123abcd', permit: PERMIT };
  const kept = () => path.join(folder, 'state', 'tokens', 'trading-ui.0123abcd');

  it('is in a file for its owner alone, and nowhere else; asked again, it is the same', async () => {
    const agent = agentWith(issuer(`console.log('${TOKEN}'.replace('x', process.argv[1]))`));
    const first = await agent.ensureTokenIssued(wish);
    expect(first).toMatchObject({ changed: true, after: { client: 'trading-ui', path: kept(), isThere: true } });
    expect(readFileSync(kept(), 'utf8').trim()).toHaveLength(TOKEN.length);
    expect(statSync(kept()).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(kept())).mode & 0o777).toBe(0o700);
    expect(JSON.stringify(first)).not.toContain(TOKEN.slice(0, 20));
    const before = statSync(kept()).mtimeMs;
    expect(await agent.ensureTokenIssued(wish)).toMatchObject({ changed: false });
    expect(statSync(kept()).mtimeMs).toBe(before);
  });

  it.each([
    ['fails', `console.log('${TOKEN}'); process.exit(3)`, /exit code 3/],
    ['writes more than a token', `console.log('${TOKEN} and more')`, /no token/],
    ['writes nothing', '', /no token/],
  ])('of an issuer that %s is none, and nobody hears what it said', async (_what, script, why) => {
    const asked = agentWith(issuer(script)).ensureTokenIssued(wish);
    const failure = (await asked.catch((err: unknown) => err)) as Error;
    expect(failure.message).toMatch(why);
    expect(failure.message).not.toContain(TOKEN.slice(0, 20));
    expect(readdirSync(folder)).not.toContain('tokens');
  });

  it.each(['somebody', '../trading-ui', ''])('is for known clients alone: %s', async (client) => {
    const asked = agentWith(issuer(`console.log('${TOKEN}')`)).ensureTokenIssued({ ...wish, client });
    await expect(asked).rejects.toMatchObject({ type: 'UnsafeSelector' });
  });

  it('is not made where the host does not allow it, or names nothing that makes one', async () => {
    const refused = agentWith(issuer(''), { allow: ['restart'] }).ensureTokenIssued(wish);
    await expect(refused).rejects.toMatchObject({ type: 'NotAllowed' });
    await expect(agentWith().ensureTokenIssued(wish)).rejects.toMatchObject({ type: 'NotConfigured' });
  });
});
