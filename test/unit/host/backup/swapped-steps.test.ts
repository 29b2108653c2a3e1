import { chmodSync, chownSync, existsSync, lchownSync, lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeBackup } from '../../../../src/host/backup/make';
import { openBackups } from '../../../../src/host/backup/open';
import { pruneBackups } from '../../../../src/host/backup/prune';
import { listBackups } from '../../../../src/host/backup/state';
import { planBackup } from '../../../../src/host/backup/space';
import { whileMounted } from '../support/bind-mount';
import { useTempFolder } from '../support/temp-folder';
import { DAY, ID, NAME, backupHost, backupSettings, contentOf, putImages } from './support';

/** nobody and nogroup: those of the restored files. */
const SERVICE = { uid: 65_534, gid: 65_534 };
const folder = useTempFolder();
const images = { 'a.jpg': 'one', 'deep/b.jpg': 'two' };
const host = () => folder.path('srv/app');
const settings = (more = {}) => backupSettings(host(), { root: folder.path('backups'), ...more });
const request = () => ({ id: ID, day: DAY, host: 'h1' });
const restore = async (more = {}) => {
  const { backup, kingfisher } = backupHost(host(), { root: folder.path('backups') });
  return await openBackups({ backup, kingfisher }).restore(ID, { dryRun: false, overwrite: true, ...more });
};

/** The service puts a link to somebody else's folder in the place of a step that is not the last one. */
function swap(place: string, target: string, { uid, gid } = SERVICE): void {
  renameSync(place, `${place}.old`);
  symlinkSync(target, place);
  lchownSync(place, uid, gid);
}

beforeEach(async () => {
  await putImages(host(), images);
  await makeBackup(settings(), request());
  mkdirSync(folder.path('elsewhere'));
  for (const place of ['srv', 'srv/app', 'srv/app/images']) chownSync(folder.path(place), SERVICE.uid, SERVICE.gid);
});

(process.getuid?.() === 0 ? describe : describe.skip)('a step above the last of a path', () => {
  it.each([
    ['in a dry run', { dryRun: true }],
    ['for good', {}],
  ])('that was swapped for a link is not restored through, %s', async (_how, more) => {
    await putImages(folder.path('elsewhere'), { 'a.jpg': 'of somebody else' });
    swap(host(), folder.path('elsewhere'));
    const before = await contentOf(folder.path('elsewhere'));
    await expect(restore(more)).rejects.toThrow(/app\/images.*: app is a link/);
    expect(await contentOf(folder.path('elsewhere'))).toEqual(before);
  });

  it('that was swapped for a link gets no folder of images made behind it', async () => {
    swap(host(), folder.path('elsewhere'));
    await expect(restore()).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    await expect(restore({ to: path.join(host(), 'new/images') })).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    expect(existsSync(folder.path('elsewhere/images'))).toBe(false);
    expect(existsSync(folder.path('elsewhere/new'))).toBe(false);
  });

  it('that was swapped for a link has no images to copy', async () => {
    await putImages(folder.path('elsewhere'), { secret: 'of somebody else' });
    swap(host(), folder.path('elsewhere'));
    rmSync(folder.path('backups'), { recursive: true });
    await expect(makeBackup(settings(), request())).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    await expect(planBackup(settings(), DAY)).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    expect(existsSync(folder.path('backups'))).toBe(false);
  });

  it('that the service owns is no way to the backups, link or not', async () => {
    const root = path.join(host(), 'kept/backups');
    const own = settings({ root });
    for (const use of [
      async () => await listBackups(own),
      async () => await pruneBackups(own, ID),
      async () => await planBackup(own, DAY),
    ]) {
      await expect(use()).rejects.toThrow(/kept\/backups.*belongs to another user/);
    }
    await expect(makeBackup(own, { ...request(), id: 'other' })).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    expect(existsSync(path.join(host(), 'kept'))).toBe(false);
  });

  it('may be a link of root, as for images on a larger disk', async () => {
    chownSync(folder.path('srv'), 0, 0);
    renameSync(host(), folder.path('disk'));
    symlinkSync(folder.path('disk'), host());
    rmSync(folder.path('disk/images'), { recursive: true });
    expect(await restore()).toMatchObject({ restored: 2 });
    expect(readFileSync(folder.path('disk/images/2026/11/23/a.jpg'), 'utf8')).toBe('one');
  });

  it('may not be shared with others, who made the folder of the restore before', async () => {
    mkdirSync(folder.path('shared/to'), { recursive: true });
    chmodSync(folder.path('shared'), 0o1777);
    chownSync(folder.path('shared/to'), 61_985, 61_985);
    await expect(restore({ to: folder.path('shared/to') })).rejects.toThrow(/to belongs to another user \(uid 61985\)/);
    expect(await contentOf(folder.path('shared/to'))).toEqual({});
  });

  it('may not be a link of root to the backups themselves', async () => {
    symlinkSync(folder.path('backups'), folder.path('way'));
    await expect(restore({ to: folder.path('way', NAME, 'files') })).rejects.toThrow(/among the backups/);
    await expect(restore({ to: folder.path('way', 'new') })).rejects.toThrow(/among the backups/);
    expect(existsSync(folder.path('backups/new'))).toBe(false);
  });
});

(process.getuid?.() === 0 ? describe : describe.skip)("somebody else's file", () => {
  it('with a second name among the images is not copied', async () => {
    const shadow = folder.path('elsewhere/shadow');
    writeFileSync(shadow, 'secret', { mode: 0o600 });
    const day = path.join(host(), 'images/2026/11/23');
    chownSync(day, SERVICE.uid, SERVICE.gid);
    linkSync(shadow, path.join(day, 'shadow.jpg'));
    const { notes } = await makeBackup(settings(), { ...request(), id: 'other' });
    expect(notes).toEqual(['1 links and special files were left out']);
    expect(existsSync(folder.path('backups/other/files/shadow.jpg'))).toBe(false);
    expect(existsSync(folder.path('backups/other/files/a.jpg'))).toBe(true);
  });

  it('with a second name is not copied either where it came after the look', async () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`${String(at).padStart(2, '0')}.jpg`, 'x']));
    await putImages(host(), many);
    const day = path.join(host(), 'images/2026/11/23');
    chownSync(day, SERVICE.uid, SERVICE.gid);
    writeFileSync(folder.path('elsewhere/shadow'), 'secret', { mode: 0o600 });
    let copied = 0;
    const progress = () => {
      if (copied++ > 0) return;
      rmSync(path.join(day, '59.jpg'));
      linkSync(folder.path('elsewhere/shadow'), path.join(day, '59.jpg'));
    };
    const { notes } = await makeBackup(settings(), { ...request(), id: 'other', progress });
    expect(notes).toEqual(['59.jpg vanished while the backup was made']);
    expect(existsSync(folder.path('backups/other/files/59.jpg'))).toBe(false);
  });

  it('that is mounted within a backup is no part of it', async () => {
    writeFileSync(folder.path('elsewhere/b.jpg'), 'two');
    await whileMounted(folder.path('elsewhere'), folder.path('backups', NAME, 'files/deep'), async () => {
      const { backup, kingfisher } = backupHost(host(), { root: folder.path('backups') });
      expect(await openBackups({ backup, kingfisher }).verify(ID)).toMatchObject({
        good: false,
        examples: ['deep/b.jpg: is missing'],
      });
    });
  });

  it('that is mounted below the folder of a restore is not written over', async () => {
    const day = path.join(host(), 'images/2026/11/23');
    writeFileSync(folder.path('elsewhere/b.jpg'), 'precious');
    await whileMounted(folder.path('elsewhere'), path.join(day, 'deep'), async () => {
      const before = lstatSync(folder.path('elsewhere/b.jpg'));
      expect(await restore()).toMatchObject({ restored: 0, same: 1, inTheWay: 1 });
      expect(lstatSync(folder.path('elsewhere/b.jpg'))).toEqual(before);
    });
  });

  it('that is mounted in the place of a backup is neither read nor removed', async () => {
    mkdirSync(folder.path('backups/incident+old'));
    writeFileSync(folder.path('elsewhere/manifest.jsonl'), 'precious');
    await whileMounted(folder.path('elsewhere'), folder.path('backups/incident+old'), async () => {
      await expect(makeBackup(settings(), { ...request(), id: 'incident/old' })).rejects.toThrow(/mounted/);
      expect(readFileSync(folder.path('elsewhere/manifest.jsonl'), 'utf8')).toBe('precious');
    });
  });
});
