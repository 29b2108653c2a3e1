import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sweepLockFile, withLockFile } from '../../../src/host/lock-file';
import { waitFor } from '../../support/wait-for';
import { compileAgent } from './support/compiled';
import { useTempFolder } from './support/temp-folder';

/** Adds one to a number in a file, the slow way, so often; or takes the lock and keeps it for ever. */
const PROGRAM = `
  const { readFileSync, writeFileSync } = require('node:fs');
  const { withLockFile } = require('./host/lock-file');
  const [lock, file, times, keep] = process.argv.slice(2);
  const hold = () => { writeFileSync(file, 'held'); for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); };
  const add = () => {
    const before = Number(readFileSync(file, 'utf8'));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    writeFileSync(file, String(before + 1));
  };
  (async () => {
    for (let at = 0; at < Number(times); at++) await withLockFile(lock, keep ? hold : add);
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
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

const lock = () => folder.path('a.lock');

function start(file: string, times: number, keep = ''): ChildProcess {
  const args = [path.join(compiled, 'program.js'), lock(), file, String(times), keep];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  children.push(child);
  return child;
}

/** A process that died while it had the lock. */
async function leaveLocked(): Promise<void> {
  const child = start(folder.path('held'), 1, 'keep');
  await waitFor(() => existsSync(folder.path('held')), { what: 'the lock to be taken' });
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  expect(existsSync(lock())).toBe(true);
}

describe('a lock file', () => {
  it('is held by one process at a time, also when it is taken over from a dead one', async () => {
    await leaveLocked();
    const counter = folder.path('counter');
    writeFileSync(counter, '0');
    const all = Array.from({ length: 4 }, () => start(counter, 15));
    await Promise.all(all.map(async (child) => await once(child, 'exit')));
    expect(readFileSync(counter, 'utf8')).toBe('60');
    expect(readdirSync(folder.path()).filter((name) => name.startsWith('a.lock'))).toEqual([
      // Of the one that was killed; swept by whoever comes next.
      expect.stringMatching(/^a\.lock\.[0-9a-f]{32}$/),
    ]);
    await sweepLockFile(lock());
    expect(readdirSync(folder.path()).filter((name) => name.startsWith('a.lock'))).toEqual([]);
  });

  it('is taken over once more when who took it over died as well', async () => {
    await leaveLocked();
    rmSync(folder.path('held'));
    await leaveLocked();
    expect(await withLockFile(lock(), () => 'mine')).toBe('mine');
    expect(existsSync(lock())).toBe(false);
  });

  it('is not taken from a process that is only stopped', async () => {
    const child = start(folder.path('held'), 1, 'keep');
    await waitFor(() => existsSync(folder.path('held')), { what: 'the lock to be taken' });
    child.kill('SIGSTOP');
    await expect(withLockFile(lock(), () => 'mine')).rejects.toThrow(`is held by process ${child.pid}`);
  });

  it.each<[string, () => void]>([
    ['empty', () => writeFileSync(lock(), '')],
    ['a link', () => symlinkSync('/dev/null', lock())],
  ])('that is %s is in the way, and names the remedy', async (_what, make) => {
    make();
    await expect(withLockFile(lock(), () => 'mine')).rejects.toThrow('remove it while no agent runs');
  });

  it('is given back after an error', async () => {
    const failing = withLockFile(lock(), () => {
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await withLockFile(lock(), () => 'mine')).toBe('mine');
  });
});
