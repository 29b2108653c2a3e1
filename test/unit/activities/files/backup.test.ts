import { MockActivityEnvironment } from '@temporalio/testing';
import { createBackupActivities } from '../../../../src/activities/host/files/backup';
import type { HostDeps } from '../../../../src/activities/host/core/deps';
import { createRedactor } from '../../../../src/host/redact';
import { DAY, ID, contentOf, putImages, backupHost } from '../../host/backup/support';
import { useTempFolder } from '../../host/support/temp-folder';
import { asChangeOf, hostSettings } from '../support/host';
import { PERMIT } from '../../../support/scripted/permit';

const folder = useTempFolder();

function activities(more: object = {}) {
  const settings = backupHost(folder.path(), more);
  return createBackupActivities({
    settings,
    redact: createRedactor([]),
    asChange: asChangeOf(settings),
  } as unknown as HostDeps);
}

describe('backup activities', () => {
  it('plan, make once and prune', async () => {
    await putImages(folder.path(), { 'a.jpg': 'one' });
    const { observeBackupPlan, ensureBackup, ensureBackupsPruned } = activities();
    expect(await observeBackupPlan({ day: DAY })).toMatchObject({ exists: true, files: 1, bytes: 3, fits: true });
    expect(await ensureBackup({ id: ID, day: DAY, permit: PERMIT })).toMatchObject({
      changed: true,
      after: { state: 'complete' },
    });
    expect(await ensureBackup({ id: ID, day: DAY, permit: PERMIT })).toMatchObject({
      changed: false,
      after: { state: 'complete' },
    });
    expect(await ensureBackupsPruned({ keep: ID, permit: PERMIT })).toMatchObject({ changed: false });
  });

  it('make one backup when they are asked twice at the same time', async () => {
    await putImages(folder.path(), { 'a.jpg': 'one', 'b.jpg': 'two' });
    const { ensureBackup } = activities();
    const both = await Promise.all([
      ensureBackup({ id: ID, day: DAY, permit: PERMIT }),
      ensureBackup({ id: ID, day: DAY, permit: PERMIT }),
    ]);
    expect(both.map(({ changed }) => changed)).toEqual([true, false]);
  });

  it('fail with the types that the workflow knows', async () => {
    await putImages(folder.path(), { 'a.jpg': 'one' });
    const full = activities({ reserveBytes: 2 ** 52 }).ensureBackup({ id: ID, day: DAY, permit: PERMIT });
    await expect(full).rejects.toMatchObject({ type: 'NotEnoughSpace', nonRetryable: true });
    const wide = activities().ensureBackup({ id: '..', day: DAY, permit: PERMIT });
    await expect(wide).rejects.toMatchObject({ type: 'UnsafeSelector', nonRetryable: true });
    await expect(activities().ensureBackupsPruned({ keep: '/', permit: PERMIT })).rejects.toMatchObject({
      type: 'UnsafeSelector',
    });
    const settings = hostSettings(folder.path());
    const none = createBackupActivities({
      settings,
      redact: createRedactor([]),
      asChange: asChangeOf(settings),
    } as unknown as HostDeps);
    await expect(none.ensureBackup({ id: ID, day: DAY, permit: PERMIT })).rejects.toMatchObject({
      type: 'NotConfigured',
      message: expect.stringMatching(/^backup is not configured/),
    });
  });

  it('end when they are cancelled, and leave no manifest', async () => {
    const names = Array.from({ length: 2_000 }, (_, at) => `${at}.jpg`);
    await putImages(folder.path(), Object.fromEntries(names.map((name) => [name, name])));
    const environment = new MockActivityEnvironment();
    const making = environment.run(activities().ensureBackup, { id: ID, day: DAY, permit: PERMIT });
    environment.cancel('CANCELLED');
    await expect(making).rejects.toMatchObject({ name: 'CancelledFailure' });
    expect(Object.keys(await contentOf(folder.path('backups')))).not.toContain('manifest.jsonl');
  });
});
