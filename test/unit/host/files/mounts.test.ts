import { findDataFolder } from '../../../../src/host/files/data-folder';
import { mountOf, parseMounts, readMounts } from '../../../../src/host/files/mounts';
import { useTempFolder } from '../support/temp-folder';

const MOUNTS = parseMounts(`
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
30 22 8:2 / /var/lib/redis rw,relatime shared:2 - ext4 /dev/sdb1 ro,errors=remount-ro
31 22 8:3 / /srv/my\\040data ro,relatime - xfs /dev/sdc1 rw
32 22 8:4 / /data rw - xfs /dev/sdd1 rw
33 32 8:5 / /data ro - xfs /dev/sde1 rw
`);

describe('the mount of a path', () => {
  it.each([
    ['/var/lib/redis', '/var/lib/redis'],
    ['/var/lib/redis/dump.rdb', '/var/lib/redis'],
    ['/var/lib/redis-other', '/'],
    ['/srv/my data/x', '/srv/my data'],
  ])('%s is on %s', (path, point) => {
    expect(mountOf(path, MOUNTS)?.point).toBe(point);
  });

  it('is read-only by its own flag, or when the kernel made its file system so', () => {
    expect(mountOf('/', MOUNTS)).toMatchObject({ readOnly: false });
    expect(mountOf('/var/lib/redis', MOUNTS)).toMatchObject({ readOnly: true });
    expect(mountOf('/srv/my data', MOUNTS)).toMatchObject({ readOnly: true });
  });

  it('is the one on top of another', () => {
    expect(mountOf('/data/x', MOUNTS)).toMatchObject({ readOnly: true });
  });

  const folder = useTempFolder();

  it('is writable where we just wrote', () => {
    expect(mountOf(folder.path(), readMounts())).toMatchObject({ readOnly: false });
  });
});

describe('findDataFolder', () => {
  it('takes what is configured, then the working folder of the process, then that of the package', async () => {
    expect(await findDataFolder('redis', '/srv/redis', process.pid)).toBe('/srv/redis');
    expect(await findDataFolder('redis', undefined, process.pid)).toBe(process.cwd());
    expect(await findDataFolder('redis', undefined, null)).toBe('/var/lib/redis');
  });
});
