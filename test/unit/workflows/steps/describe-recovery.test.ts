import { describeBackup, describeBackupPlan } from '../../../../src/workflows/steps/recovery/backups';

const MIB = 1024 ** 2;

describe('the backup that a recovery would make', () => {
  const plan = {
    source: '/srv/images/2026/11/23',
    exists: true,
    files: 2,
    bytes: MIB,
    availableBytes: 9 * MIB,
    fits: true,
  };

  it('is told with what it needs and what there is', () => {
    expect(describeBackupPlan(plan)).toMatch(
      /^2 files, 1(\.0)? MiB of \/srv\/images\/2026\/11\/23; 9(\.0)? MiB available$/,
    );
    expect(describeBackupPlan({ ...plan, fits: false })).toMatchObject({
      detail: expect.stringContaining('does not fit'),
    });
  });

  it.each([
    [{ exists: false, files: 0 }, '/srv/images/2026/11/23 does not exist: nothing to back up'],
    [{ files: 0 }, 'no image of today in /srv/images/2026/11/23: nothing to back up'],
    [{ exists: false, files: 0, obstacle: 'a.jpg lies elsewhere' }, 'a.jpg lies elsewhere'],
  ])('is none where nothing was found, and why: %j', (more, detail) => {
    expect(describeBackupPlan({ ...plan, ...more })).toEqual({ status: 'notSo', detail });
  });
});

it('a day without images is told in few words', () => {
  const state = { path: '/b', state: 'nothing', files: 0, bytes: 0, manifestSha256: null } as const;
  expect(describeBackup({ before: state, after: state, changed: false, notes: [] })).toBe('nothing to back up');
});
