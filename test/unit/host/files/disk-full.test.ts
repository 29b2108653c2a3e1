import { mkdirSync } from 'node:fs';
import { toFailure } from '../../../../src/activities/host/core/failures';
import { isNoSpace, tellFull } from '../../../../src/host/files/disk-full';
import { HostError } from '../../../../src/host/errors';
import { mountOf, parseMounts } from '../../../../src/host/files/mounts';
import { createRedactor } from '../../../../src/host/redact';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();
const redact = createRedactor([]);

const MOUNTINFO = `22 1 0:21 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
23 22 0:22 / /opt/king\\040fisher rw,relatime - ext4 /dev/vdb1 ro,errors=remount-ro
24 22 0:23 / /srv ro,nosuid - xfs /dev/vdc1 rw
25 22 0:24 / /net rw - nfs4 server:/x rw
26 24 0:25 / /srv rw - tmpfs tmpfs rw,size=64k
not a mount
`;

describe('mounts', () => {
  const mounts = parseMounts(MOUNTINFO);
  it('are read with their flags, those of the file system included', () => {
    expect(mounts).toEqual([
      { point: '/', type: 'ext4', readOnly: false },
      { point: '/opt/king fisher', type: 'ext4', readOnly: true },
      { point: '/srv', type: 'xfs', readOnly: true },
      { point: '/net', type: 'nfs4', readOnly: false },
      { point: '/srv', type: 'tmpfs', readOnly: false },
    ]);
  });

  it.each([
    ['/opt/king fisher/data/x', '/opt/king fisher', 'ext4'],
    ['/opt/king fishers', '/', 'ext4'],
    // Mounted over.
    ['/srv/x', '/srv', 'tmpfs'],
  ])('hold %s', (place, point, type) => {
    expect(mountOf(place, mounts)).toMatchObject({ point, type });
  });
});

describe('an error of space', () => {
  const noSpace = (more: object = {}) =>
    Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', ...more });

  it.each([
    [noSpace(), true],
    [new Error('wrapped', { cause: noSpace() }), true],
    [new HostError('NotInDesiredState', 'logrotate: error writing: No space left on device'), true],
    [Object.assign(new Error('quota'), { code: 'EDQUOT' }), true],
    [Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }), false],
  ])('is known: %s', (err, is) => {
    expect(isNoSpace(err)).toBe(is);
  });

  it('is DiskFull with the file system that holds the path, in whatever step it was', () => {
    mkdirSync(folder.path('x'));
    const failure = toFailure(noSpace({ path: folder.path('x') }), redact);
    expect(failure).toMatchObject({ type: 'DiskFull', nonRetryable: true });
    expect(failure.message).toMatch(/^\/\S* \(\w+, holds .*\/x\) .*\d+ of \d+ bytes free/);
  });

  it('keeps its own name where no file system is full: a limit of something else', () => {
    expect(tellFull(undefined, [])).toBeUndefined();
    const inotify = new HostError('ObservationFailed', 'inotify_add_watch: No space left on device');
    if (tellFull(undefined) === undefined)
      expect(toFailure(inotify, redact)).toMatchObject({ type: 'ObservationFailed' });
  });

  it('is told only once', () => {
    const told = new HostError('DiskFull', '/ (ext4) is full: ENOSPC');
    expect(toFailure(told, redact)).toMatchObject({ type: 'DiskFull', message: '/ (ext4) is full: ENOSPC' });
  });
});
