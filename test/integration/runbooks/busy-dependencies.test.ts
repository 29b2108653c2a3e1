import { Client } from 'pg';
import type { IncidentView } from '../../../src/shared/incident';
import { closedByHand } from '../../support/incidents';
import { LabSite } from '../../support/sites/lab-site';
import { waitFor } from '../../support/wait-for';

const REDIS = 'redis-server.service';
const RABBITMQ = 'rabbitmq-server.service';
const KINGFISHER = 'kingfisher.service';

let site: LabSite;
let postgres: string;

beforeAll(async () => {
  site = await LabSite.up('busy');
  const { stdout } = await site.host.systemctl('list-units', '--plain', '--no-legend', 'postgresql@*.service');
  postgres = stdout.trim().split(/\s+/)[0]!;
});
afterAll(async () => {
  await site?.down();
});
beforeEach(() => site.restore());

const redisCli = (...words: string[]) => site.host.exec(['redis-cli', '-n', '1', ...words], { check: false });
const found = (view: IncidentView) => view.findings.map(({ name, detail }) => `${name} ${detail}`).join('\n');

/** How often each unit was started while `test` ran. */
async function startsOf(test: () => Promise<void>): Promise<Record<string, number>> {
  const units = { postgres, redis: REDIS, rabbitmq: RABBITMQ, kingfisher: KINGFISHER };
  const count = async () =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(units).map(
          async ([name, unit]) => [name, (await site.host.invocationHistory(unit)).length] as const,
        ),
      ),
    );
  const before = await count();
  await test();
  const after = await count();
  return Object.fromEntries(Object.keys(units).map((name) => [name, after[name]! - before[name]!]));
}

async function psql(statement: string): Promise<void> {
  await site.host.exec(['runuser', '-u', 'postgres', '--', 'psql', '--quiet', '--command', statement]);
}

/** Sessions of another application, as many as PostgreSQL has room for. */
async function fillUp(port: number): Promise<Client[]> {
  const sessions: Client[] = [];
  for (;;) {
    const session = new Client({
      host: '127.0.0.1',
      port,
      user: 'kingfisher',
      password: 'kingfisher',
      database: 'zmart_core',
    });
    session.on('error', () => {});
    try {
      await session.connect();
    } catch (err) {
      if ((err as { code?: string }).code === '53300') return sessions;
      throw err;
    }
    sessions.push(session);
  }
}

describe('dependencies that are busy, on a real host', () => {
  it('PostgreSQL without a free connection is left alone beside a Redis that is down', async () => {
    await psql('ALTER SYSTEM SET max_connections = 20');
    await site.host.systemctl('restart', postgres);
    const sessions = await fillUp(await site.host.forward(5432));
    try {
      const starts = await startsOf(async () => {
        await site.host.systemctl('stop', REDIS);
        const view = await closedByHand(await site.alert());
        expect(found(view)).toContain('DependencyBusy postgres');
        expect(found(view)).toContain('DependencyDown redis');
      });
      expect(starts).toEqual({ postgres: 0, redis: 1, rabbitmq: 0, kingfisher: 0 });
      const alive = await Promise.all(sessions.map(async (session) => (await session.query('SELECT 1')).rowCount));
      expect(alive).toEqual(sessions.map(() => 1));
    } finally {
      await Promise.all(sessions.map((session) => session.end()));
      await psql('ALTER SYSTEM RESET max_connections');
      await site.host.systemctl('restart', postgres);
    }
  });

  it('Redis at a long script is left alone beside a PostgreSQL that is down, and so is KingFisher', async () => {
    const script = redisCli('EVAL', 'while true do end', '0');
    try {
      const starts = await startsOf(async () => {
        await site.host.systemctl('stop', postgres);
        const view = await closedByHand(await site.alert());
        expect(found(view)).toContain('DependencyBusy redis: unhealthy: BUSY');
        expect(found(view)).toContain('DependencyDown postgres');
      });
      expect(starts).toEqual({ postgres: 1, redis: 0, rabbitmq: 0, kingfisher: 0 });
    } finally {
      await redisCli('SCRIPT', 'KILL');
      await script;
    }
  });

  it('Redis at loading its data is waited for', async () => {
    const configuration = '/etc/redis/redis.conf';
    const { stdout: before } = await site.host.exec(['cat', configuration]);
    await redisCli('EVAL', "for i = 1, 10000 do redis.call('SET', 'slow' .. i, 'x') end", '0');
    await site.host.exec(['redis-cli', 'SAVE']);
    await site.host.systemctl('stop', REDIS);
    await site.host.exec(['tee', configuration], {
      input: `${before}\nkey-load-delay 400\nloading-process-events-interval-bytes 1024\n`,
    });
    try {
      await site.host.systemctl('start', '--no-block', REDIS);
      const starts = await startsOf(async () => {
        await waitFor(async () => (await redisCli('PING')).stdout.includes('LOADING'), { what: 'Redis to load' });
        const view = await closedByHand(await site.alert());
        expect(['healed', 'selfHealed']).toContain(view.outcome);
      });
      expect(starts).toEqual({ postgres: 0, redis: 0, rabbitmq: 0, kingfisher: 0 });
    } finally {
      await site.host.exec(['tee', configuration], { input: before });
      await redisCli('FLUSHDB');
    }
  });

  it('an alarm of RabbitMQ, which its management overview does not tell, is named; only what is down is restarted', async () => {
    await site.host.exec(['rabbitmqctl', 'set_vm_memory_high_watermark', '0.00001']);
    try {
      const starts = await startsOf(async () => {
        await site.host.systemctl('stop', REDIS);
        const view = await closedByHand(await site.alert());
        expect(found(view)).toMatch(/DependencyProtecting rabbitmq: .*blocks publishers: low on memory/);
      });
      expect(starts).toEqual({ postgres: 0, redis: 1, rabbitmq: 0, kingfisher: 0 });
    } finally {
      await site.host.exec(['rabbitmqctl', 'set_vm_memory_high_watermark', '0.4']);
    }
  });

  it('a start of KingFisher that is under way is waited for', async () => {
    await site.changeUnit('ExecStartPre=/bin/sleep 12');
    const starts = await startsOf(async () => {
      await site.host.systemctl('restart', '--no-block', KINGFISHER);
      await waitFor(async () => (await site.host.property(KINGFISHER, 'SubState')) === 'start-pre', {
        what: 'the start to begin',
      });
      const view = await closedByHand(await site.alert());
      expect(['healed', 'selfHealed']).toContain(view.outcome);
      expect(view.timeline.map(({ title }) => title)).toContain('A start is under way: wait for it');
    });
    expect(starts.kingfisher).toBe(1);
  });
});
