import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listProcesses } from '../../../../src/host/processes/process-table';
import { withFolderLock } from '../../../../src/host/files/folder-lock';
import { waitFor } from '../../../support/wait-for';
import { compileAgent } from '../support/compiled';
import { useTempFolder } from '../support/temp-folder';

/** Adds one to a number in a file, the slow way, so often; or takes the lock and keeps it for ever. */
const PROGRAM = `
  const { readFileSync, writeFileSync } = require('node:fs');
  const { withFolderLock } = require('./host/files/folder-lock');
  const [lock, file, times, keep] = process.argv.slice(2);
  const hold = () => { writeFileSync(file, 'held'); for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); };
  const add = () => {
    const before = Number(readFileSync(file, 'utf8'));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    writeFileSync(file, String(before + 1));
  };
  (async () => {
    for (let at = 0; at < Number(times); at++) await withFolderLock(lock, keep ? hold : add);
  })();
`;

const compiled = mkdtempSync(path.join(tmpdir(), 'halcyon-lock-'));
const folder = useTempFolder();
const children: ChildProcess[] = [];
beforeAll(() => {
  compileAgent(compiled);
  writeFileSync(path.join(compiled, 'program.js'), PROGRAM);
});
afterAll(() => rmSync(compiled, { recursive: true, force: true }));
beforeEach(() => mkdirSync(locked()));
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

const locked = () => folder.path('state');

function start(file: string, times: number, keep = ''): ChildProcess {
  const args = [path.join(compiled, 'program.js'), locked(), file, String(times), keep];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  children.push(child);
  return child;
}

async function holder(): Promise<ChildProcess> {
  const child = start(folder.path('held'), 1, 'keep');
  await waitFor(() => existsSync(folder.path('held')), { what: 'the lock to be taken' });
  return child;
}

describe('the lock of a folder', () => {
  it('is held by one process at a time, and leaves nothing behind', async () => {
    const counter = folder.path('counter');
    writeFileSync(counter, '0');
    const all = Array.from({ length: 4 }, () => start(counter, 15));
    await Promise.all(all.map(async (child) => await once(child, 'exit')));
    expect(readFileSync(counter, 'utf8')).toBe('60');
    expect(readdirSync(locked())).toEqual([]);
  });

  it('is held by one at a time within a process too', async () => {
    let inside = 0;
    const work = () => {
      expect(++inside).toBe(1);
      inside--;
    };
    await Promise.all(Array.from({ length: 5 }, async () => await withFolderLock(locked(), work)));
  });

  it('is gone with a process that was killed', async () => {
    const child = await holder();
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    expect(await withFolderLock(locked(), () => 'mine')).toBe('mine');
  });

  it('is not taken from a process that is only stopped, and the error names it', async () => {
    const child = await holder();
    child.kill('SIGSTOP');
    await expect(withFolderLock(locked(), () => 'mine')).rejects.toThrow(`is held by process ${child.pid}`);
  }, 20_000);

  it('is not taken where whoever takes it for us is killed', async () => {
    await holder();
    const work = jest.fn();
    const taking = withFolderLock(locked(), work).catch((err: unknown) => err);
    const flock = async () =>
      (await listProcesses()).find(({ parent, argv }) => parent === process.pid && argv[0] === '/usr/bin/flock');
    await waitFor(async () => (await flock()) !== undefined, { what: 'the wait for the lock' });
    process.kill((await flock())!.pid, 'SIGKILL');
    expect(await taking).toMatchObject({ failure: 'ObservationFailed', message: expect.stringContaining('SIGKILL') });
    expect(work).not.toHaveBeenCalled();
  });

  it('is given back after an error', async () => {
    const failing = withFolderLock(locked(), () => {
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await withFolderLock(locked(), () => 'mine')).toBe('mine');
  });

  it('is not one of a folder behind a link', async () => {
    symlinkSync(locked(), folder.path('linked'));
    await expect(withFolderLock(folder.path('linked'), () => 'mine')).rejects.toThrow(/ENOTDIR|ELOOP/);
  });
});
