import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import type { HostDeps } from '../../../../src/activities/host/core/deps';
import { createPermissionActivities } from '../../../../src/activities/host/files/permissions';
import { createStrayActivities } from '../../../../src/activities/host/service/strays';
import { createTemporaryActivities } from '../../../../src/activities/host/files/temporary';
import { createLedger } from '../../../../src/host/ledger/ledger';
import { createRedactor } from '../../../../src/host/redact';
import type { KingfisherSettings } from '../../../../src/host/agent-settings';
import { useTempFolder } from '../../host/support/temp-folder';
import { asChangeOf, hostSettings, serviceState } from '../support/host';
import { PERMIT } from '../../../support/scripted/permit';

const HOUR_MS = 3_600_000;
const folder = useTempFolder();
const isRoot = process.getuid?.() === 0;

const OWNER = { user: 'root', group: 'root' };

function deps(kingfisher: Partial<KingfisherSettings> = {}): HostDeps {
  const settings = hostSettings(folder.path(), {
    owner: OWNER,
    permissionsLimit: 10,
    tempElsewhere: [{ folder: folder.path('tmp'), prefix: 'kingfisher-' }],
    ...kingfisher,
  });
  const stopped = serviceState({ active: 'inactive', mainPid: null });
  return {
    settings,
    redact: createRedactor([]),
    ledger: createLedger(settings),
    asChange: asChangeOf(settings),
    run: () => Promise.reject(new Error('must not run')),
    findManager: () => ({ observe: async () => stopped }) as never,
  };
}

beforeEach(() => {
  for (const name of ['data/temp', 'tmp']) mkdirSync(folder.path(name), { recursive: true });
});

(isRoot ? describe : describe.skip)('ensurePermissions', () => {
  beforeEach(() => {
    for (const name of ['a', 'b', 'c']) {
      writeFileSync(folder.path('data', name), '');
      chmodSync(folder.path('data', name), 0o600);
    }
  });

  it('mends once, and is no change the second time', async () => {
    const { ensurePermissions, observePermissions } = createPermissionActivities(deps());
    expect(await observePermissions()).toMatchObject({ entries: 5, different: 3 });
    const first = await ensurePermissions({ limit: 3, permit: PERMIT });
    expect(first).toMatchObject({ changed: true, before: { different: 3 }, after: { entries: 5, different: 0 } });
    expect(await ensurePermissions({ limit: 3, permit: PERMIT })).toMatchObject({
      changed: false,
      before: { different: 0 },
    });
  });

  it.each([2, 0, -1, NaN, 1.5])('changes nothing with a limit of %p', async (limit) => {
    const mending = createPermissionActivities(deps()).ensurePermissions({ limit, permit: PERMIT });
    await expect(mending).rejects.toMatchObject({ type: 'UnsafeSelector', nonRetryable: true });
    expect(lstatSync(folder.path('data/a')).mode & 0o777).toBe(0o600);
  });
});

(isRoot ? it : it.skip)("does not go beyond the host's own limit, whatever is asked", async () => {
  for (let at = 0; at < 11; at++) writeFileSync(folder.path('data', String(at)), '', { mode: 0o600 });
  const mending = createPermissionActivities(deps()).ensurePermissions({ limit: 1_000, permit: PERMIT });
  await expect(mending).rejects.toThrow('11 entries differ, more than the limit of 10');
});

describe('ensureTemporaryFilesCleared', () => {
  function putOld(count: number): void {
    const old = new Date(Date.now() - 2 * HOUR_MS);
    for (let at = 0; at < count; at++) {
      writeFileSync(folder.path('data/temp', String(at)), '12345');
      utimesSync(folder.path('data/temp', String(at)), old, old);
    }
  }

  it('clears once, and is no change the second time', async () => {
    putOld(3);
    const { ensureTemporaryFilesCleared, observeTemporaryFiles } = createTemporaryActivities(deps());
    const input = { olderThanMs: HOUR_MS, permit: PERMIT };
    expect(await observeTemporaryFiles(input)).toEqual({ files: 3, bytes: 15 });
    const change = await ensureTemporaryFilesCleared(input);
    expect(change).toEqual({
      before: { files: 3, bytes: 15 },
      after: { files: 0, bytes: 0 },
      changed: true,
      notes: [],
    });
    expect(await ensureTemporaryFilesCleared(input)).toMatchObject({ changed: false });
  });

  it('removes nothing when there are more than the limit', async () => {
    putOld(6);
    const clearing = createTemporaryActivities(deps()).ensureTemporaryFilesCleared({
      olderThanMs: HOUR_MS,
      permit: PERMIT,
    });
    await expect(clearing).rejects.toMatchObject({ type: 'UnsafeSelector' });
    expect(existsSync(folder.path('data/temp/0'))).toBe(true);
  });

  it('leaves what is younger than the host’s own age, whatever is asked', async () => {
    writeFileSync(folder.path('data/temp/young'), 'x');
    utimesSync(folder.path('data/temp/young'), new Date(), new Date(Date.now() - HOUR_MS / 2));
    const { observeTemporaryFiles, ensureTemporaryFilesCleared } = createTemporaryActivities(deps());
    expect(await observeTemporaryFiles({ olderThanMs: 1 })).toMatchObject({ files: 0 });
    expect(await ensureTemporaryFilesCleared({ olderThanMs: 1, permit: PERMIT })).toMatchObject({ changed: false });
    expect(existsSync(folder.path('data/temp/young'))).toBe(true);
  });

  it.each([0, -1, NaN, Infinity])('refuses an age of %p', async (olderThanMs) => {
    putOld(1);
    const clearing = createTemporaryActivities(deps()).ensureTemporaryFilesCleared({ olderThanMs, permit: PERMIT });
    await expect(clearing).rejects.toMatchObject({ type: 'UnsafeSelector' });
    expect(existsSync(folder.path('data/temp/0'))).toBe(true);
  });
});

describe('ensureStraysEnded', () => {
  it('is no change where there are none, and never takes all of root for the service', async () => {
    const change = await createStrayActivities(deps({ user: 'root' })).ensureStraysEnded({
      graceMs: 100,
      permit: PERMIT,
    });
    const none = { processes: [], more: 0 };
    const notes = ["root does not tell the service's processes from others"];
    expect(change).toEqual({ before: none, after: none, changed: false, notes, ended: [] });
  });

  it('lets each end by itself first, however short the grace', async () => {
    const file = folder.path('slow.js');
    const obey = "process.on('SIGTERM', () => setTimeout(() => process.exit(), 100))";
    writeFileSync(file, `${obey}; setInterval(() => {}, 1000); process.stdout.write('ready');`);
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    try {
      await once(child.stdout, 'data');
      const { ended } = await createStrayActivities(deps()).ensureStraysEnded({ graceMs: 0, permit: PERMIT });
      expect(ended).toMatchObject([{ pid: child.pid, how: 'TERM' }]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it.each([-1, NaN, Infinity])('refuses a grace of %p', async (graceMs) => {
    const ending = createStrayActivities(deps()).ensureStraysEnded({ graceMs, permit: PERMIT });
    await expect(ending).rejects.toMatchObject({ type: 'UnsafeSelector' });
  });
});

it('needs to know whose the files are', async () => {
  const { observePermissions, ensurePermissions } = createPermissionActivities(deps({ owner: null }));
  const notConfigured = {
    type: 'NotConfigured',
    nonRetryable: true,
    message: expect.stringMatching(/^kingfisher\.owner is not configured/),
  };
  await expect(observePermissions()).rejects.toMatchObject(notConfigured);
  await expect(ensurePermissions({ limit: 1, permit: PERMIT })).rejects.toMatchObject(notConfigured);
});
