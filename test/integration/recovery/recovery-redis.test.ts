import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Redis } from 'ioredis';
import { freePorts } from '../../../lab/temporal/ports';
import { createRateLimitActivities } from '../../../src/activities/host/stores/rate-limits';
import { runCommand } from '../../../src/host/programs/commands';
import { createLedger } from '../../../src/host/ledger/ledger';
import { createRedactor } from '../../../src/host/redact';
import { createServiceManagers } from '../../../src/host/services/service-managers';
import type { AgentSettings } from '../../../src/host/agent-settings';
import { asChangeOf, hostSettings } from '../../unit/activities/support/host';
import { useTempFolder } from '../../unit/host/support/temp-folder';
import { waitFor } from '../../support/wait-for';
import { PERMIT } from '../../support/scripted/permit';

const PROGRAM = '/usr/bin/redis-server';
const whereRedisIs = existsSync(PROGRAM) ? describe : describe.skip;
const MILLION = 1_000_000;

/** A real server, new for each test. */
whereRedisIs('rate limits in a real Redis', () => {
  const folder = useTempFolder();
  let server: ChildProcess | undefined;
  let client: Redis;
  let url = '';

  beforeEach(async () => {
    const [port] = await freePorts(1);
    url = `redis://127.0.0.1:${port}/0`;
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder.path()];
    server = spawn(PROGRAM, [...args, '--enable-debug-command', 'yes'], { stdio: 'ignore' });
    client = new Redis(url, { retryStrategy: () => 50 });
    client.on('error', () => {});
    await waitFor(async () => (await client.ping()) === 'PONG', { what: 'Redis' });
    await client.select(1);
  });
  afterEach(async () => {
    client.disconnect();
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  });

  function activities(more: { url?: string; database?: number; prefix?: string } = {}) {
    const settings: AgentSettings = {
      ...hostSettings(folder.path()),
      dependencies: {
        redis: {
          unit: 'redis-server.service',
          url: more.url ?? url,
          rateLimits: { database: more.database ?? 1, prefix: more.prefix ?? 'ratelimit:' },
        },
      },
    };
    const redact = createRedactor([]);
    const findManager = createServiceManagers(settings, runCommand, redact);
    return createRateLimitActivities({
      settings,
      run: runCommand,
      redact,
      findManager,
      ledger: createLedger(settings),
      asChange: asChangeOf(settings),
    });
  }

  async function set(...keys: (string | Buffer)[]): Promise<void> {
    await client.mset(...keys.flatMap((key) => [key, '1']));
  }

  /** `<prefix>0` and so on, made by the server itself. */
  async function populate(count: number, prefix: string): Promise<void> {
    await client.call('DEBUG', 'POPULATE', String(count), prefix, '1');
  }

  it('takes the rate limits away and leaves every other key', async () => {
    const others = ['idempotency:ratelimit:1', 'ratelimits', 'RATELIMIT:a', 'a:ratelimit:b'];
    const odd = Buffer.from([...Buffer.from('ratelimit:'), 0xff, 0x00, 0x0a]);
    await set('ratelimit:free:ip:1', 'ratelimit:pro:key:*', odd, ...others);
    const before = { database: 1, rateLimitKeys: 3, otherKeys: 4 };
    expect(await activities().observeRateLimits()).toEqual(before);
    expect(await activities().ensureRateLimitsReset({ permit: PERMIT })).toEqual({
      before,
      after: { database: 1, rateLimitKeys: 0, otherKeys: 4 },
      changed: true,
      notes: [],
    });
    expect((await client.keys('*')).sort()).toEqual([...others].sort());
  });

  it('has nothing to do the second time', async () => {
    await set('ratelimit:a', 'idempotency:a');
    expect(await activities().ensureRateLimitsReset({ permit: PERMIT })).toMatchObject({ changed: true });
    const nothing = { database: 1, rateLimitKeys: 0, otherKeys: 1 };
    expect(await activities().ensureRateLimitsReset({ permit: PERMIT })).toEqual({
      before: nothing,
      after: nothing,
      changed: false,
      notes: [],
    });
  });

  it.each(['/0', '/2', '', '/1?db=0'])('stays in its database whatever the URL says: "%s"', async (database) => {
    await set('ratelimit:a');
    for (const other of [0, 2]) {
      await client.select(other);
      await set('ratelimit:b', 'idempotency:b');
    }
    const { ensureRateLimitsReset } = activities({ url: url.replace('/0', database) });
    expect(await ensureRateLimitsReset({ permit: PERMIT })).toMatchObject({
      before: { rateLimitKeys: 1 },
      after: { rateLimitKeys: 0 },
    });
    for (const [other, size] of [
      [0, 2],
      [1, 0],
      [2, 2],
    ] as const) {
      await client.select(other);
      expect(await client.dbsize()).toBe(size);
    }
  });

  it('touches nothing when the database cannot be had', async () => {
    await client.select(0);
    await set('ratelimit:a');
    const failure = activities({ database: 99 }).ensureRateLimitsReset({ permit: PERMIT });
    await expect(failure).rejects.toMatchObject({ type: 'ObservationFailed' });
    await expect(failure).rejects.toThrow('DB index is out of range');
    expect(await client.exists('ratelimit:a')).toBe(1);
  });

  it('empties a database that holds nothing else, batch by batch', async () => {
    await populate(20_000, 'ratelimit');
    const change = await activities().ensureRateLimitsReset({ permit: PERMIT });
    expect(change).toMatchObject({ before: { rateLimitKeys: 20_000, otherKeys: 0 }, after: { rateLimitKeys: 0 } });
    expect(await client.dbsize()).toBe(0);
    const stats = await client.info('commandstats');
    expect(stats).not.toMatch(/cmdstat_(flush|keys)/);
    expect(Number(/cmdstat_unlink:calls=(\d+)/.exec(stats)?.[1])).toBeGreaterThanOrEqual(40);
  });

  it('notes what the service creates meanwhile and does not chase it', async () => {
    await populate(5_000, 'ratelimit');
    let created = 0;
    let stop = false;
    const service = (async () => {
      const other = client.duplicate({ db: 1 });
      while (!stop) await other.set(`ratelimit:new:${created++}`, '1');
      other.disconnect();
    })();
    try {
      await waitFor(() => created > 10, { what: 'the service to be at work' });
      const { after, notes } = await activities().ensureRateLimitsReset({ permit: PERMIT });
      expect(after.rateLimitKeys).toBeGreaterThan(0);
      expect(notes).toEqual([`${after.rateLimitKeys} keys were created meanwhile by the service`]);
    } finally {
      stop = true;
      await service;
    }
    expect(await client.exists('ratelimit:0', 'ratelimit:4999')).toBe(0);
  });

  it('finds a few among a million', async () => {
    await populate(MILLION, 'idempotency');
    await set(...Array.from({ length: 1_200 }, (_, i) => `ratelimit:free:ip:${i}`));
    expect(await activities().ensureRateLimitsReset({ permit: PERMIT })).toMatchObject({
      before: { rateLimitKeys: 1_200, otherKeys: MILLION },
      after: { rateLimitKeys: 0, otherKeys: MILLION },
    });
    expect(await client.dbsize()).toBe(MILLION);
  });
});
