import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { createHostActivities } from '../../../src/activities/host';
import type { KingfisherSettings } from '../../../src/host/agent-settings';
import type { ServiceManager } from '../../../src/host/services/service-manager';
import type { ServiceState } from '../../../src/shared/observations/service';
import { waitFor } from '../../support/wait-for';
import { useTempFolder } from '../host/support/temp-folder';
import { hostSettings, serviceState } from './support/host';

const folder = useTempFolder();
const children: ChildProcess[] = [];
const servers: net.Server[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listen(server: net.Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function activities(kingfisher: Partial<KingfisherSettings> = {}, state: () => ServiceState = () => serviceState()) {
  const manager = { observe: async () => state() } as Partial<ServiceManager> as ServiceManager;
  return createHostActivities(hostSettings(folder.path(), kingfisher), { findManager: () => manager });
}

describe('observeProcesses', () => {
  it('finds them by folder and arguments, never itself, with masked command lines', async () => {
    const program = [process.execPath, '-e', 'setInterval(() => {}, 1e3)'] as const;
    const start = (args: string[], cwd: string) => {
      const child = spawn(program[0], [...program.slice(1), ...args], { cwd, stdio: 'ignore' });
      children.push(child);
      return child.pid;
    };
    const mine = [
      start(['run', '--token=hunter22'], folder.path()),
      start([folder.path('x.py'), 'y'.repeat(500)], '/'),
    ];
    const other = start([`${folder.path()}-old/x.py`], '/');
    const { processes, more } = await activities().observeProcesses();
    expect(more).toBe(0);
    expect(processes.map(({ pid }) => pid).sort()).toEqual([...mine].sort());
    expect(processes.map(({ pid }) => pid)).not.toContain(other);
    expect(JSON.stringify(processes)).not.toContain('hunter22');
    expect(Math.max(...processes.map(({ command }) => command.length))).toBe(200);
  });

  it('leaves out the agent and its ancestors, even of the same user and folder', async () => {
    const own = await activities({ installDir: '/', user: 'root' }).observeProcesses();
    expect(own.processes.length).toBeLessThanOrEqual(20);
    expect(own.processes.map(({ pid }) => pid)).not.toContain(process.pid);
    expect(own.processes.map(({ pid }) => pid)).not.toContain(process.ppid);
  });
});

describe('observePort', () => {
  it('says who listens, and when nobody does', async () => {
    const server = net.createServer();
    const port = await listen(server);
    const { observePort } = activities({ baseUrl: `http://127.0.0.1:${port}` });
    expect(await observePort()).toMatchObject({ port, listening: true, owner: { pid: process.pid } });
    await new Promise((resolve) => servers.pop()!.close(resolve));
    expect(await observePort()).toEqual({ port, listening: false, owner: null, elsewhere: [] });
  });

  it('says where the service listens instead', async () => {
    const script =
      "require('net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })";
    const child = spawn(process.execPath, ['-e', script], { cwd: folder.path(), stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(child);
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const other = Number(said.toString());
    const { observePort } = activities({ baseUrl: 'http://127.0.0.1:1' });
    expect((await observePort()).elsewhere).toEqual([{ pid: child.pid, ports: [other] }]);
    const right = activities({ baseUrl: `http://127.0.0.1:${other}` });
    expect(await right.observePort()).toMatchObject({ listening: true, owner: { pid: child.pid }, elsewhere: [] });
  });

  it('sees one that listens on IPv6', async () => {
    const server = net.createServer();
    servers.push(server);
    const listening = new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(0, '::1', () => resolve(true));
    });
    if (!(await listening)) return void servers.pop();
    const { port } = server.address() as AddressInfo;
    expect(await activities({ baseUrl: `http://[::1]:${port}` }).observePort()).toMatchObject({ listening: true });
  });
});

describe('observeLogTail', () => {
  it('calls a log stale only when its service is active and silent', async () => {
    await mkdir(folder.path('log'));
    await writeFile(folder.path('log/service.log'), 'a\nb\n');
    const longAgo = new Date(Date.now() - 2 * 3_600_000);
    await utimes(folder.path('log/service.log'), longAgo, longAgo);
    expect(await activities().observeLogTail({ lines: 1 })).toMatchObject({ evidence: 'stale', lines: ['b'] });
    const dead = activities({}, () => serviceState({ active: 'failed' }));
    expect(await dead.observeLogTail({ lines: 1 })).toMatchObject({ evidence: 'present' });
    const unknown = activities({}, () => {
      throw new Error('no systemd');
    });
    expect(await unknown.observeLogTail({ lines: 1 })).toMatchObject({ evidence: 'present' });
  });
});

describe('observeResources', () => {
  it('gives memory and each file system once', async () => {
    const { memory, disks, load1 } = await activities().observeResources();
    expect(memory.availableBytes).toBeGreaterThan(0);
    expect(memory.availableBytes).toBeLessThanOrEqual(memory.totalBytes);
    expect(disks.length).toBeGreaterThan(0);
    expect(new Set(disks.map(({ path }) => path)).size).toBe(disks.length);
    for (const { usedPercent, full } of disks) {
      expect(usedPercent).toBeGreaterThanOrEqual(0);
      expect(usedPercent).toBeLessThanOrEqual(100);
      expect(full).toBe(false);
    }
    expect(load1).toBeGreaterThanOrEqual(0);
  });

  it('calls one full that is below the floor', async () => {
    const settings = { ...hostSettings('/'), diskFull: { availableBytes: Number.MAX_SAFE_INTEGER, usedPercent: 101 } };
    const { disks } = await createHostActivities(settings).observeResources();
    expect(disks.every(({ full }) => full)).toBe(true);
  });
});

describe('checkConfiguration', () => {
  const manager = (env: Record<string, string> = {}) =>
    ({ type: 'process', command: ['/bin/true'], cwd: '/', logFile: '/nowhere', pidFile: '/nowhere', env }) as const;
  const check = async (script: string, more = {}, env: Record<string, string> = {}) =>
    await activities({
      manager: { ...manager(env), command: ['/bin/true'] },
      configCheck: { command: [process.execPath, '-e', script], cwd: '/', timeoutMs: 20_000, ...more },
    }).checkConfiguration();

  it('is what the exit code says', async () => {
    expect(await check('console.log("fine")')).toEqual({ evidence: 'present', valid: true, output: 'fine' });
    const invalid = await check('console.error("db: password=hunter22 is wrong"); process.exit(1)');
    expect(invalid).toEqual({ evidence: 'present', valid: false, output: 'db: password=*** is wrong\n(exit code 1)' });
  });

  it('is unknown when the check was killed, missing or not configured', async () => {
    expect(await check('setInterval(() => {}, 1e3)', { timeoutMs: 200 })).toMatchObject({
      evidence: 'malformed',
      valid: false,
    });
    expect(await check('process.kill(process.pid, "SIGKILL")')).toMatchObject({ evidence: 'malformed', valid: false });
    expect(await check('', { command: ['/nowhere/check'] })).toMatchObject({ evidence: 'absent', valid: false });
    expect(await activities().checkConfiguration()).toMatchObject({ evidence: 'absent', valid: false });
  });

  it('runs as its user', async () => {
    if (process.getuid?.() !== 0) return;
    const service = { ...manager(), command: ['/bin/true'], user: 'nobody' };
    const configCheck = { command: ['/usr/bin/id', '-un'], timeoutMs: 5_000 };
    const asService = activities({ manager: service, configCheck });
    expect(await asService.checkConfiguration()).toMatchObject({ valid: true, output: 'nobody' });
    const asRoot = activities({ manager: service, configCheck: { ...configCheck, user: 'root' } });
    expect(await asRoot.checkConfiguration()).toMatchObject({ valid: true, output: 'root' });
    const stranger = activities({ manager: service, configCheck: { ...configCheck, user: 'no-such-user' } });
    await expect(stranger.checkConfiguration()).rejects.toMatchObject({ type: 'NotConfigured' });
  });

  it('runs in the environment of the service, whose secrets never leave the host', async () => {
    const script =
      'console.log(process.cwd(), process.env.PORT, process.env.DB_PASSWORD, process.env.DB_URL); process.exit(1)';
    const env = { PORT: '82o1', DB_PASSWORD: 'correct-horse', DB_URL: 'postgres://u:battery-staple@h/d' };
    const { output } = await check(script, { cwd: undefined }, env);
    expect(output).toBe('/ 82o1 *** postgres://u:***@h/d\n(exit code 1)');
  });

  it('is invalid where a file that the unit must have is missing, whatever the check says', async () => {
    const configCheck = { command: [process.execPath, '-e', ''], timeoutMs: 20_000 };
    const stdout = 'Environment=\nEnvironmentFiles=/nowhere/env (ignore_errors=no)\n';
    const shown = { exitCode: 0, signal: null, timedOut: false, truncated: false, stdout, stderr: '', durationMs: 1 };
    const host = createHostActivities(hostSettings(folder.path(), { configCheck }), { run: async () => shown });
    expect(await host.checkConfiguration()).toEqual({
      evidence: 'present',
      valid: false,
      output: "the unit's EnvironmentFile /nowhere/env cannot be read: ENOENT",
    });
  });
});

describe('waitUntil health', () => {
  /** Answers with the status that `statusOf` gives at the moment of the request. */
  const serving = async (statusOf: () => number) => {
    const port = await listen(http.createServer((_request, response) => response.writeHead(statusOf()).end()));
    return { baseUrl: `http://127.0.0.1:${port}` };
  };

  it('holds for the window from the first good moment on', async () => {
    const startedAt = Date.now();
    const settings = await serving(() => (Date.now() - startedAt < 300 ? 503 : 200));
    const verdict = await activities(settings).waitUntil({ reading: 'health', deadlineMs: 20_000, windowMs: 400 });
    expect(verdict).toMatchObject({ holds: true, ended: 'held' });
    expect(Date.parse(verdict.since!)).toBeGreaterThanOrEqual(startedAt + 300);
    expect(verdict.waitedMs).toBeGreaterThanOrEqual(700);
  });

  it('begins the window anew after a single failure', async () => {
    let asked = 0;
    // Two requests each time: the third time fails once.
    const settings = await serving(() => ([4, 5].includes(asked++) ? 503 : 200));
    const verdict = await activities(settings).waitUntil({ reading: 'health', deadlineMs: 20_000, windowMs: 600 });
    expect(verdict).toMatchObject({ holds: true });
    expect(verdict.waitedMs).toBeGreaterThanOrEqual(800);
  });

  it('ends when the service has ended for a second', async () => {
    const dead = () => serviceState({ active: 'failed' });
    const verdict = await activities({}, dead).waitUntil({ reading: 'health', deadlineMs: 30_000, windowMs: 100 });
    expect(verdict).toMatchObject({ holds: false, ended: 'notRunning' });
    expect(verdict.waitedMs).toBeLessThan(10_000);
  });

  it('goes on while the service may still come, or cannot be observed', async () => {
    const states = [
      () => serviceState({ active: 'failed', jobPending: true }),
      () => serviceState({ active: 'inactive', sub: 'auto-restart' }),
      () => serviceState({ active: 'activating' }),
      () => {
        throw new Error('systemd does not answer');
      },
    ];
    const wait = async (state: () => ServiceState) =>
      await activities({}, state).waitUntil({ reading: 'health', deadlineMs: 1_600, windowMs: 100 });
    const verdicts = await Promise.all(states.map(wait));
    expect(verdicts.map(({ ended }) => ended)).toEqual(states.map(() => 'deadline'));
  });

  it('ends at its deadline', async () => {
    const verdict = await activities().waitUntil({ reading: 'health', deadlineMs: 200, windowMs: 100 });
    expect(verdict).toMatchObject({ holds: false, ended: 'deadline', last: { health: { answer: 'refused' } } });
  });
});

describe('waitUntil dependency', () => {
  it('waits until the dependency answers by its own protocol', async () => {
    let ready = false;
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () =>
        socket.write(ready ? '+PONG\r\n' : '-LOADING Redis is loading the dataset in memory\r\n'),
      );
    });
    const port = await listen(server);
    const settings = {
      ...hostSettings(folder.path()),
      dependencies: { redis: { unit: 'r', url: `redis://127.0.0.1:${port}` } },
    };
    const manager = {
      observe: async () => serviceState({ service: 'redis' }),
    } as Partial<ServiceManager> as ServiceManager;
    const { observeDependency, waitUntil } = createHostActivities(settings, {
      findManager: () => manager,
    });
    expect(await observeDependency({ dependency: 'redis' })).toMatchObject({ endpoint: { answer: 'unhealthy' } });
    const wanted = { reading: 'dependency', dependency: 'redis', windowMs: 0 } as const;
    const last = { endpoint: { answer: 'unhealthy' }, management: null, unit: { service: 'redis' } };
    expect(await waitUntil({ ...wanted, deadlineMs: 100 })).toMatchObject({ holds: false, ended: 'deadline', last });
    const waiting = waitUntil({ ...wanted, deadlineMs: 20_000 });
    ready = true;
    const answer = { dependency: 'redis', endpoint: { answer: 'ok', detail: 'PING: PONG' } };
    expect(await waiting).toMatchObject({ holds: true, ended: 'held', last: answer });
    await waitFor(() => connectionsOf(server).then((count) => count === 0), { what: 'the connections to close' });
  });
});

function connectionsOf(server: net.Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((err, count) => (err === null ? resolve(count) : reject(err))),
  );
}
