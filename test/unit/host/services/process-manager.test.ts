import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { ProcessManager } from '../../../../src/host/services/process-manager';
import { endProcess, findSame } from '../../../../src/host/programs/end-process';
import { findProcess } from '../../../../src/host/processes/process-table';
import { createRedactor } from '../../../../src/host/redact';
import type { ServiceManager } from '../../../../src/host/services/service-manager';
import { waitFor } from '../../../support/wait-for';
import { createManualService } from '../support/manual-service';
import type { ManualService } from '../support/manual-service';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();
let service: ManualService;
let manager: ServiceManager;

async function use(env?: Record<string, string>): Promise<void> {
  service = await createManualService(folder.path(), env);
  manager = newAgent();
}

/** A manager that remembers nothing, as after the agent's own restart. */
function newAgent(): ServiceManager {
  return new ProcessManager(
    { service: 'kingfisher', settings: service.settings, port: service.port },
    createRedactor([]),
  );
}

async function restarted() {
  const before = service.starts().length;
  const state = await manager.restart();
  await waitFor(() => service.starts().length > before, { what: 'the service to listen' });
  return state;
}

beforeEach(async () => await use());
afterEach(async () => await service.destroy());

describe('process manager', () => {
  it('sees a service that never ran, and starts it', async () => {
    expect(await manager.observe()).toMatchObject({ active: 'inactive', invocation: '', mainPid: null });
    const state = await restarted();
    expect(state).toMatchObject({ active: 'active', manager: 'process', mainPid: service.starts()[0] });
    expect(state.invocation).toMatch(/^\d+-\d+$/);
    expect(await newAgent().observe()).toMatchObject({ invocation: state.invocation });
    expect(await findProcess(state.mainPid!)).toMatchObject({ group: state.mainPid, cwd: folder.path() });
  });

  it('gives it a minimal environment, and appends to its log', async () => {
    writeFileSync(service.settings.logFile, 'before\n');
    service.settings.command.splice(1, 1, '-e', 'console.log(Object.keys(process.env).sort().join())');
    await manager.restart();
    await waitFor(() => readFileSync(service.settings.logFile, 'utf8').includes('PORT'), { what: 'its output' });
    expect(readFileSync(service.settings.logFile, 'utf8')).toBe('before\nLANG,LC_ALL,PATH,PORT\n');
  });

  it('names the end of one that crashed, and how it ended where it saw that', async () => {
    const { invocation, mainPid } = await restarted();
    process.kill(mainPid!, 'SIGKILL');
    const ended = await waitFor(
      async () => {
        const state = await manager.observe();
        return state.result === 'signal' && state;
      },
      { what: 'the end to be seen' },
    );
    expect(ended).toMatchObject({ active: 'failed', invocation, mainPid: null, result: 'signal' });
    expect(await newAgent().observe()).toMatchObject({ active: 'failed', invocation, result: 'unknown' });
  });

  it('restarts one that runs: the old ends, one new starts', async () => {
    const old = await restarted();
    const fresh = await restarted();
    expect(fresh.invocation).not.toBe(old.invocation);
    expect(await service.alive()).toEqual([fresh.mainPid]);
    expect(service.terms()).toEqual([old.mainPid]);
  });

  it('restarts one that is stopped, which can still end in order', async () => {
    const { mainPid } = await restarted();
    process.kill(mainPid!, 'SIGSTOP');
    await waitFor(async () => (await manager.observe()).sub === 'stopped', { what: 'the stop to be seen' });
    const fresh = await restarted();
    expect(service.terms()).toEqual([mainPid]);
    expect(await service.alive()).toEqual([fresh.mainPid]);
  });

  it('finds the process when the agent died before it wrote the pid file', async () => {
    const { invocation } = await restarted();
    rmSync(service.settings.pidFile);
    expect(await newAgent().observe()).toMatchObject({ active: 'active', invocation });
    expect(existsSync(service.settings.pidFile)).toBe(false);
    await newAgent().settle();
    expect(readFileSync(service.settings.pidFile, 'utf8').replace('\n', '-').trim()).toBe(invocation);
  });

  it('prefers the copy that holds the port', async () => {
    const { mainPid } = await restarted();
    const impostor = spawn(service.settings.command[0]!, service.settings.command.slice(1), {
      cwd: folder.path(),
      env: { PORT: '0' },
      stdio: 'ignore',
    });
    await waitFor(() => service.starts().includes(impostor.pid!), { what: 'the copy to start' });
    const { startTime } = (await findProcess(impostor.pid!))!;
    writeFileSync(service.settings.pidFile, `${impostor.pid}\n${startTime}\n`);
    expect(await manager.observe()).toMatchObject({ mainPid });
    const fresh = await restarted();
    expect(await service.alive()).toEqual([fresh.mainPid]);
  });

  it('never touches a process that has the pid of an earlier start', async () => {
    const stranger = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
    try {
      writeFileSync(service.settings.pidFile, `${stranger.pid}\n1\n`);
      expect(await manager.observe()).toMatchObject({ active: 'failed', invocation: `${stranger.pid}-1` });
      await restarted();
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
      expect(await findSame({ pid: stranger.pid!, startTime: '1' })).toBeUndefined();
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('does not believe a pid file that names itself, init or a link', async () => {
    for (const pid of [process.pid, 1]) {
      const { startTime } = (await findProcess(pid))!;
      writeFileSync(service.settings.pidFile, `${pid}\n${startTime}\n`);
      expect(await manager.observe()).toMatchObject({ active: 'failed', mainPid: null });
    }
    rmSync(service.settings.pidFile);
    symlinkSync('/proc/self/stat', service.settings.pidFile);
    await expect(manager.observe()).rejects.toMatchObject({ failure: 'ObservationFailed' });
  });

  it('does not write its log through a link', async () => {
    writeFileSync(folder.path('precious'), '');
    symlinkSync(folder.path('precious'), service.settings.logFile);
    await expect(manager.restart()).rejects.toMatchObject({ failure: 'NotConfigured' });
    expect(statSync(folder.path('precious')).size).toBe(0);
    expect(await service.alive()).toEqual([]);
  });

  it('says which program or folder is missing', async () => {
    service.settings.command[0] = '/nowhere/node';
    await expect(manager.restart()).rejects.toThrow('cannot start /nowhere/node');
    service.settings.cwd = '/nowhere';
    await expect(manager.restart()).rejects.toThrow('/nowhere');
  });

  it.each<[string, (settings: ManualService['settings']) => void]>([
    ['the program is missing', (settings) => (settings.command = ['/nowhere/node', ...settings.command.slice(1)])],
    ['the log cannot be written', (settings) => (settings.logFile = '/nowhere/service.log')],
    ['there is no such user', (settings) => (settings.user = 'nobody-of-this-host')],
  ])('ends nothing for a start that cannot be made: %s', async (_why, spoil) => {
    const { mainPid } = await restarted();
    spoil(service.settings);
    await expect(newAgent().restart()).rejects.toThrow();
    expect(await service.alive()).toEqual([mainPid]);
    expect(service.terms()).toEqual([]);
  });

  it('runs the service as its user, with that user’s groups', async () => {
    if (process.getuid?.() !== 0) return;
    service.settings.user = 'nobody';
    service.settings.command = ['/bin/sleep', '61.7301'];
    service.settings.cwd = '/';
    try {
      const state = await manager.restart();
      expect(state).toMatchObject({ active: 'active' });
      expect(await findProcess(state.mainPid!)).toMatchObject({ uid: 65_534, argv: ['/bin/sleep', '61.7301'] });
      expect(statSync(service.settings.logFile).uid).toBe(65_534);
      expect((await newAgent().observe()).invocation).toBe(state.invocation);
    } finally {
      const { mainPid } = await manager.observe();
      if (mainPid !== null) process.kill(mainPid, 'SIGKILL');
    }
  });
});

describe('endProcess', () => {
  it('kills one that ignores TERM', async () => {
    await use({ STUBBORN: '1' });
    const { mainPid } = await restarted();
    const { startTime } = (await findProcess(mainPid!))!;
    await endProcess({ pid: mainPid!, startTime }, 100);
    expect(service.terms()).toEqual([mainPid]);
    expect(await service.alive()).toEqual([]);
  });

  it('leaves a process alone whose start time is another', async () => {
    const { mainPid } = await restarted();
    await endProcess({ pid: mainPid!, startTime: '1' }, 100);
    expect(await service.alive()).toEqual([mainPid]);
  });
});
