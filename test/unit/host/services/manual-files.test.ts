import { spawn } from 'node:child_process';
import { chownSync, existsSync, lchownSync, linkSync, mkdirSync, readFileSync } from 'node:fs';
import { renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findProcess } from '../../../../src/host/processes/process-table';
import { ProcessManager } from '../../../../src/host/services/process-manager';
import type { ServiceState } from '../../../../src/shared/observations/service';
import { createManualService } from '../support/manual-service';
import type { ManualService } from '../support/manual-service';
import { useTempFolder } from '../support/temp-folder';

const NOBODY = 65_534;
const folder = useTempFolder();
let service: ManualService;
let manager: ProcessManager;

/** A service whose log and pid file lie below a folder of its user. */
beforeEach(async () => {
  service = await createManualService(folder.path());
  const { settings, port } = service;
  for (const place of ['own/files', 'elsewhere/files']) mkdirSync(folder.path(place), { recursive: true });
  chownSync(folder.path('own'), NOBODY, NOBODY);
  settings.user = 'nobody';
  settings.command = ['/bin/sleep', '61.7302'];
  settings.cwd = '/';
  settings.logFile = folder.path('own/files/service.log');
  settings.pidFile = folder.path('own/files/service.pid');
  manager = new ProcessManager({ service: 'kingfisher', settings, port }, (text) => text);
});

afterEach(async () => {
  const { mainPid } = await manager.observe().catch((): Pick<ServiceState, 'mainPid'> => ({ mainPid: null }));
  if (mainPid !== null) process.kill(mainPid, 'SIGKILL');
});

/** The service's user puts a link in the place of a folder. */
function swap(): void {
  renameSync(folder.path('own/files'), folder.path('own/old'));
  symlinkSync(folder.path('elsewhere/files'), folder.path('own/files'));
  lchownSync(folder.path('own/files'), NOBODY, NOBODY);
}

(process.getuid?.() === 0 ? describe : describe.skip)('files of a service without a unit', () => {
  it('are not written behind a link that the service put above them: its log', async () => {
    swap();
    service.settings.pidFile = folder.path('service.pid');
    await expect(manager.restart()).rejects.toThrow(/service.log.*files is a link/);
    expect(existsSync(folder.path('elsewhere/files/service.log'))).toBe(false);
  });

  it('nor its pid file, which is not removed there either', async () => {
    const precious = folder.path('elsewhere/files/service.pid');
    writeFileSync(precious, 'precious');
    swap();
    service.settings.logFile = folder.path('service.log');
    for (const change of [async () => await manager.restart(), async () => await manager.stop()]) {
      await expect(change()).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    }
    expect(readFileSync(precious, 'utf8')).toBe('precious');
  });

  it('are not hard links to files of others: a log is neither written to nor given away', async () => {
    const precious = folder.path('elsewhere/precious');
    writeFileSync(precious, '');
    linkSync(precious, service.settings.logFile);
    await expect(manager.restart()).rejects.toThrow(/hard link to a file of another user/);
    expect(statSync(precious).uid).toBe(0);
  });

  it('that the service wrote name no process of another user, whose pid and start they know', async () => {
    const stranger = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
    try {
      const { startTime } = (await findProcess(stranger.pid!))!;
      writeFileSync(service.settings.pidFile, `${stranger.pid}\n${startTime}\n`);
      expect(await manager.observe()).toMatchObject({ active: 'failed', mainPid: null });
      await manager.stop();
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
      expect(await findProcess(stranger.pid!)).toMatchObject({ state: 'S' });
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('are missed before anything is ended: the folder of the pid file', async () => {
    service.settings.pidFile = path.join(folder.path('nowhere'), 'service.pid');
    await expect(manager.restart()).rejects.toMatchObject({ failure: 'NotConfigured' });
  });
});
