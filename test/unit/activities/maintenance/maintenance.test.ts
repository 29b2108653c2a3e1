import { existsSync } from 'node:fs';
import { chmod, mkdir, utimes, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import path from 'node:path';
import { createHostActivities } from '../../../../src/activities/host';
import type { AgentSettings } from '../../../../src/host/agent-settings';
import type { Command, CommandResult } from '../../../../src/host/programs/commands';
import { PERMIT } from '../../../support/scripted/permit';
import { useTempFolder } from '../../host/support/temp-folder';
import { hostSettings } from '../support/host';

const DAY_MS = 86_400_000;
const folder = useTempFolder();
const IMAGES = { olderThanMs: 7 * DAY_MS, limit: 2, approvedLimit: 4 };

type Maintenance = AgentSettings['maintenance'];

function activities(maintenance: Partial<Maintenance>, deps: object = {}) {
  const settings = hostSettings(folder.path());
  return createHostActivities({ ...settings, maintenance: { ...settings.maintenance, ...maintenance } }, deps);
}

async function putOld(count: number): Promise<void> {
  const day = folder.path('data/images/2020/01/01');
  await mkdir(day, { recursive: true });
  const old = new Date(Date.now() - 30 * DAY_MS);
  for (let at = 0; at < count; at++) {
    await writeFile(path.join(day, `${at}.jpg`), '12345');
    await utimes(path.join(day, `${at}.jpg`), old, old);
  }
}

describe('old images', () => {
  const host = () => activities({ images: IMAGES });
  const later = new Date(Date.now() + DAY_MS).toISOString();

  it('are counted, then removed, once', async () => {
    await putOld(2);
    const { writtenBefore, ...seen } = await host().observeOldImages();
    expect(seen).toEqual({ files: 2, bytes: 10, limit: 2, approvedLimit: 4, notes: [] });
    const input = { writtenBefore, approved: null, permit: PERMIT };
    expect(await host().ensureOldImagesRemoved(input)).toMatchObject({ changed: true, after: { files: 0 } });
    expect(await host().ensureOldImagesRemoved(input)).toMatchObject({ changed: false, before: { files: 0 } });
  });

  it.each([
    ['nobody approved', null, 3],
    ['fewer were approved', 3, 4],
    ['more than the host ever allows were approved', 100, 5],
  ])('above the limit stay where %s', async (_why, approved, files) => {
    await putOld(files);
    const removing = host().ensureOldImagesRemoved({ writtenBefore: later, approved, permit: PERMIT });
    await expect(removing).rejects.toMatchObject({ type: 'UnsafeSelector', nonRetryable: true });
    expect(existsSync(folder.path('data/images/2020/01/01/0.jpg'))).toBe(true);
  });

  it('above the limit go when as many were approved', async () => {
    await putOld(4);
    const removed = await host().ensureOldImagesRemoved({ writtenBefore: later, approved: 4, permit: PERMIT });
    expect(removed).toMatchObject({ before: { files: 4 }, after: { files: 0 } });
  });

  it('are no younger than the host says, whatever is asked', async () => {
    const today = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    const image = folder.path('data/images', today, 'a.jpg');
    await mkdir(path.dirname(image), { recursive: true });
    await writeFile(image, '1');
    await host().ensureOldImagesRemoved({ writtenBefore: later, approved: null, permit: PERMIT });
    expect(existsSync(image)).toBe(true);
    const wrong = host().ensureOldImagesRemoved({ writtenBefore: 'soon', approved: null, permit: PERMIT });
    await expect(wrong).rejects.toMatchObject({ type: 'UnsafeSelector' });
  });
});

it.each(['observeOldImages', 'observeTables', 'observeOutdatedPackages'] as const)(
  '%s is not configured where the file does not name it',
  async (name) => {
    await expect(activities({})[name]()).rejects.toMatchObject({ type: 'NotConfigured' });
  },
);

it('tells the size of the logs, and from what size on they are rotated', async () => {
  await mkdir(folder.path('log'));
  await writeFile(folder.path('log/service.log'), '12345');
  expect(await activities({}).observeLogSizes()).toEqual({ files: 1, bytes: 5, rotateAboveBytes: null });
});

describe('outdated packages', () => {
  const OUTDATED = [{ name: 'requests', version: '2.31.0', latest_version: '2.32.3', latest_filetype: 'wheel' }];
  const said: Partial<CommandResult> = { exitCode: 0, signal: null, timedOut: false, truncated: false, stderr: '' };

  async function listed(answer: Partial<CommandResult>) {
    const commands: Command[] = [];
    const run = async (command: Command) => {
      commands.push(command);
      const stdout = command.args.includes('--outdated') ? JSON.stringify(OUTDATED) : '[{"name":"pip","version":"1"}]';
      return { ...said, stdout, durationMs: 1, ...answer };
    };
    await mkdir(folder.path('venv/bin'), { recursive: true });
    await writeFile(folder.path('venv/bin/python'), '#!/bin/false\n');
    await chmod(folder.path('venv/bin/python'), 0o755);
    const python = { venv: folder.path('venv'), user: userInfo().username, timeoutMs: 5_000 };
    const result = await activities({ python }, { run }).observeOutdatedPackages();
    return { result, commands };
  }

  it('are listed by pip of that environment, without a shell', async () => {
    const { result, commands } = await listed({});
    expect(result).toEqual({
      venv: folder.path('venv'),
      installed: 1,
      outdated: [{ name: 'requests', version: '2.31.0', latest: '2.32.3' }],
      dropped: 0,
    });
    expect(commands[1]).toMatchObject({ program: folder.path('venv/bin/python'), timeoutMs: 5_000 });
    expect(commands[1]!.args.join(' ')).toMatch(/^-m pip list --outdated --retries 1 --timeout 10 --format json/);
  });

  it.each([
    ['pip fails', { exitCode: 1, stderr: 'no such option' }, /exit code 1: no such option/],
    ['pip does not end in time', { exitCode: null, timedOut: true }, /did not end in time/],
    ['it says something else', { stdout: 'hello' }, /no list of packages: hello/],
    [
      'the index does not answer, and pip ends well',
      { stderr: "WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnectionError'" },
      /the package index of .* does not answer/,
    ],
  ])('are unknown where %s', async (_why, answer, message) => {
    await expect(listed(answer)).rejects.toMatchObject({ type: 'ObservationFailed' });
    await expect(listed(answer)).rejects.toThrow(message);
  });
});
