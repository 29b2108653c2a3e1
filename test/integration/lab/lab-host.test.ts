import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config';
import { takeSnapshot } from '../../../lab/gameday/snapshot';
import { LabHost, labUnavailable } from '../../../lab/lab-host';

const unavailable = labUnavailable();
const whereLabRuns = unavailable === null ? describe : describe.skip;
const NAME = 'labtest';

interface Readiness {
  ready: boolean;
  checks: Record<string, string>;
}

whereLabRuns(`lab host${unavailable === null ? '' : ` (${unavailable})`}`, () => {
  const home = mkdtempSync(join(tmpdir(), 'halcyon-lab-test-'));
  const before = process.env.HALCYON_LAB_HOME;
  let host: LabHost;
  let url: string;

  beforeAll(async () => {
    process.env.HALCYON_LAB_HOME = home;
    host = await LabHost.up(NAME, { images: 3 });
    url = `http://127.0.0.1:${await host.forward(8201)}`;
  });

  afterAll(async () => {
    await host?.down();
    rmSync(home, { recursive: true, force: true });
    if (before === undefined) delete process.env.HALCYON_LAB_HOME;
    else process.env.HALCYON_LAB_HOME = before;
  });

  async function ready(): Promise<{ status: number; body: Readiness }> {
    const response = await fetch(`${url}/ready`);
    return { status: response.status, body: (await response.json()) as Readiness };
  }

  async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  test('boots until KingFisher and its three dependencies are ready', async () => {
    expect(await ready()).toEqual({
      status: 200,
      body: { ready: true, checks: { postgres: 'ok', redis: 'ok', rabbitmq: 'ok' } },
    });
    expect((await host.systemctl('is-system-running', '--wait')).stdout).toBe('running\n');
  });

  test("a game day's snapshot has the images that were there before it began, and none that came since", async () => {
    const day = `/opt/kingfisher/data/images/${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}`;
    const since = new Date(Date.now() - 600_000);
    await host.exec(['touch', '--date', '20 minutes ago', `${day}/old.jpg`]);
    await host.exec(['touch', '--date', '5 minutes ago', `${day}/new.jpg`]);
    const things = [...(await takeSnapshot(host, since)).keys()];
    await host.exec(['rm', `${day}/old.jpg`, `${day}/new.jpg`]);
    expect(things).toContain(`file ${day}/old.jpg`);
    expect(things).not.toContain(`file ${day}/new.jpg`);
  });

  test('the database, the exchange and the management overview are there', async () => {
    const rows = await host.exec([
      ...['env', 'PGPASSWORD=kingfisher', 'psql', '-h', '127.0.0.1', '-U', 'kingfisher', '-At', 'zmart_core'],
      ...['-c', 'SELECT count(*) FROM kingfisher.liquidation_clusters'],
    ]);
    expect(rows.stdout).toBe('0\n');
    const exchange = ['-s', '-u', 'guest:guest', 'http://localhost:15672/api/exchanges/%2F/kingfisher.events'];
    await until(async () => (await host.exec(['curl', ...exchange])).stdout.includes('"topic"'), 'exchange declared');
    expect(
      (await host.exec(['curl', '-sf', '-u', 'guest:guest', 'http://localhost:15672/api/overview'])).exitCode,
    ).toBe(0);
  });

  test('the configuration of its agent is valid', async () => {
    const path = join(home, 'halcyon.yaml');
    writeFileSync(path, (await host.exec(['cat', '/etc/halcyon/halcyon.yaml'])).stdout);
    expect(loadConfig({ path, env: {} }).agent).toMatchObject({ host: NAME });
    rmSync(path);
  });

  test('a boot that fails says why and leaves nothing', async () => {
    await expect(LabHost.up('labfail', { size: '40k' })).rejects.toThrow(/No space left|failure while writing/);
    expect(existsSync(join(home, 'labfail'))).toBe(false);
  });

  test('a name is taken once, and the host that has it stays', async () => {
    await expect(LabHost.up(NAME)).rejects.toThrow(`${NAME} is up`);
    expect((await ready()).status).toBe(200);
  });

  test('a stopped Redis makes /ready say so, a started one makes it ready again', async () => {
    await host.systemctl('stop', 'redis-server');
    const { status, body } = await ready();
    expect(status).toBe(503);
    expect(body.checks).toMatchObject({
      postgres: 'ok',
      rabbitmq: 'ok',
      redis: expect.stringContaining('ECONNREFUSED'),
    });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('kingfisher_dependency_up{dependency="redis"} 0');
    await host.systemctl('start', 'redis-server');
    await until(async () => (await ready()).status === 200, 'ready with Redis back');
  });

  test('exec passes arguments, input, output and exit code', async () => {
    const script = 'cat; printf "%s" "$1" >&2; exit 7';
    const result = await host.exec(['sh', '-c', script, 'sh', 'a b*"$HOME'], { input: 'from outside', check: false });
    expect(result).toEqual({ exitCode: 7, stdout: 'from outside', stderr: 'a b*"$HOME' });
    await expect(host.exec(['false'])).rejects.toMatchObject({ name: 'RunError', result: { exitCode: 1 } });
  });

  test('each restart adds one invocation to the history', async () => {
    const first = await host.invocationHistory('kingfisher');
    await host.systemctl('restart', 'kingfisher');
    await until(async () => (await host.invocationHistory('kingfisher')).length === first.length + 1, 'new invocation');
    const history = await host.invocationHistory('kingfisher');
    expect(history.slice(0, -1)).toEqual(first);
    expect(history.at(-1)).toBe(await host.property('kingfisher', 'InvocationID'));
  });

  test('a full data disk keeps KingFisher from starting, and its log says why', async () => {
    const fill = '/opt/kingfisher/data/temp/fill';
    await host.exec(['sh', '-c', `cat /dev/zero >${fill}`], { check: false });
    await host.systemctl('restart', 'kingfisher');
    await until(async () => (await host.property('kingfisher', 'ActiveState')) === 'failed', 'KingFisher failed');
    expect((await host.exec(['tail', '-n1', '/var/log/kingfisher/service.log'])).stdout).toMatch(/state\.json: ENOSPC/);
    await host.exec(['rm', fill]);
    await host.systemctl('restart', 'kingfisher');
    await until(async () => (await fetch(`${url}/health`).catch(() => null))?.ok === true, 'healthy again');
  });

  test('the host reaches a port outside by reverse', async () => {
    const port = Number(new URL(url).port);
    await host.reverse(7233, port);
    const answer = await host.exec(['curl', '-s', 'http://127.0.0.1:7233/health']);
    expect(JSON.parse(answer.stdout)).toMatchObject({ status: 'ok' });
  });

  test('down leaves no process, mount, cgroup or folder', async () => {
    const state = join(home, NAME);
    const cgroups = readFileSync(join(state, 'cgroups'), 'utf8').trim().split('\n');
    const [, namespace] = readFileSync(join(state, 'init'), 'utf8').trim().split(' ');
    expect(cgroups.filter((dir) => existsSync(dir))).toEqual(cgroups);
    expect(processesIn(namespace!)).not.toEqual([]);
    expect(processesNaming(state)).not.toEqual([]);

    await host.down();

    expect(processesIn(namespace!)).toEqual([]);
    expect(processesNaming(state)).toEqual([]);
    expect(cgroups.filter((dir) => existsSync(dir))).toEqual([]);
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(home);
    expect(existsSync(state)).toBe(false);
    await expect(host.exec(['true'])).rejects.toThrow('not up');
  });
});

/** Processes of a pid namespace, seen from outside. */
function processesIn(namespace: string): string[] {
  const found = spawnSync('lsns', ['--noheadings', '--output', 'NS', '--type', 'pid'], { encoding: 'utf8' });
  if (found.status !== 0) throw new Error(`lsns: ${found.stderr}`);
  return found.stdout.split('\n').filter((line) => namespace.includes(`[${line.trim()}]`) && line.trim() !== '');
}

/** Processes whose command line names a path: what forward and reverse leave outside. */
function processesNaming(path: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(path);
      } catch {
        return false; // ended meanwhile
      }
    });
}
