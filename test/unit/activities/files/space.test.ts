import { existsSync } from 'node:fs';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { createHostActivities } from '../../../../src/activities/host';
import { runCommand } from '../../../../src/host/programs/commands';
import { useTempFolder } from '../../host/support/temp-folder';
import { hostSettings } from '../support/host';
import { PERMIT } from '../../../support/scripted/permit';

const HOUR_MS = 3_600_000;
const folder = useTempFolder();

async function putOld(count: number): Promise<void> {
  await mkdir(folder.path('data/temp'), { recursive: true });
  const old = new Date(Date.now() - 2 * HOUR_MS);
  for (let at = 0; at < count; at++) {
    await writeFile(folder.path('data/temp', String(at)), '12345');
    await utimes(folder.path('data/temp', String(at)), old, old);
  }
}

const activities = (more = {}, deps = {}) => createHostActivities(hostSettings(folder.path(), more), deps);

describe('ensureTempFilesRemoved', () => {
  it('removes once, and is no change the second time', async () => {
    await putOld(3);
    const { ensureTempFilesRemoved } = activities();
    const input = { olderThanMs: HOUR_MS, permit: PERMIT };
    expect(await ensureTempFilesRemoved(input)).toEqual({
      before: { files: 3, bytes: 15 },
      after: { files: 0, bytes: 0 },
      changed: true,
      notes: [],
    });
    expect(await ensureTempFilesRemoved(input)).toMatchObject({ changed: false, before: { files: 0 } });
  });

  it('removes nothing when there are more than the limit, and says both numbers', async () => {
    await putOld(6);
    const removing = activities().ensureTempFilesRemoved({ olderThanMs: HOUR_MS, permit: PERMIT });
    await expect(removing).rejects.toMatchObject({ type: 'UnsafeSelector', nonRetryable: true });
    await expect(removing).rejects.toThrow(/6 temporary files .* limit of 5/);
    expect(existsSync(folder.path('data/temp/0'))).toBe(true);
  });

  it.each([0, -1, NaN, Infinity])('refuses an age of %p', async (olderThanMs) => {
    await putOld(1);
    await expect(activities().ensureTempFilesRemoved({ olderThanMs, permit: PERMIT })).rejects.toMatchObject({
      type: 'UnsafeSelector',
    });
    expect(existsSync(folder.path('data/temp/0'))).toBe(true);
  });

  it('records a folder that is missing', async () => {
    const change = await activities().ensureTempFilesRemoved({ olderThanMs: HOUR_MS, permit: PERMIT });
    expect(change).toMatchObject({ changed: false, notes: [`${folder.path('data/temp')} does not exist`] });
  });
});

describe('ensureLogsRotated', () => {
  beforeEach(async () => {
    await mkdir(folder.path('log'));
    await writeFile(folder.path('log/service.log'), 'x'.repeat(1_000));
    await writeFile(folder.path('log/access.log'), 'x'.repeat(500));
    await writeFile(folder.path('log/service.log.1'), 'x'.repeat(9_000));
    const config = `${folder.path('log')}/*.log {\n  su root root\n  rotate 2\n  copytruncate\n}\n`;
    await writeFile(folder.path('logrotate.conf'), config, { mode: 0o644 });
  });

  const rotating = (rotateAboveBytes: number, deps = {}) =>
    activities({ logrotate: { config: folder.path('logrotate.conf'), rotateAboveBytes } }, deps);

  it('rotates by the real logrotate, once', async () => {
    if (process.getuid?.() !== 0 || !existsSync('/usr/sbin/logrotate')) return;
    const state = folder.path('logrotate.state');
    // Its own record of rotations belongs to the machine.
    const run: typeof runCommand = (command) => runCommand({ ...command, args: ['-s', state, ...command.args] });
    const { ensureLogsRotated } = rotating(1_000, { run });
    expect(await ensureLogsRotated({ permit: PERMIT })).toEqual({
      before: { files: 2, bytes: 1_500 },
      after: { files: 2, bytes: 0 },
      changed: true,
      notes: [],
    });
    expect(await ensureLogsRotated({ permit: PERMIT })).toMatchObject({ changed: false });
  });

  it('leaves logs alone that are not larger than the limit', async () => {
    const run = () => Promise.reject(new Error('must not run'));
    expect(await rotating(1_500, { run }).ensureLogsRotated({ permit: PERMIT })).toMatchObject({
      changed: false,
      before: { bytes: 1_500 },
    });
  });

  it('does not take an exit code for a rotation', async () => {
    const done = {
      exitCode: 0,
      signal: null,
      timedOut: false,
      truncated: false,
      stdout: '',
      stderr: '',
      durationMs: 1,
    };
    const failing = rotating(1_000, { run: async () => done }).ensureLogsRotated({ permit: PERMIT });
    await expect(failing).rejects.toMatchObject({ type: 'NotInDesiredState' });
  });

  it('is not configured without a logrotate file', async () => {
    await expect(activities().ensureLogsRotated({ permit: PERMIT })).rejects.toMatchObject({ type: 'NotConfigured' });
  });
});
