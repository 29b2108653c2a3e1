import { existsSync } from 'node:fs';
import { chmod, chown, link, readFile, rm, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeBackup } from '../../../../src/host/backup/make';
import { openBackups } from '../../../../src/host/backup/open';
import type { RestoreOptions } from '../../../../src/shared/observations/backups';
import { READER_ACL, attributesOf, setAttributes } from '../support/attributes';
import { useTempFolder } from '../support/temp-folder';
import { DAY, ID, NAME, contentOf, dayFolder, backupHost, backupSettings, putImages } from './support';

const NOBODY = 65_534;
const onlyRoot = process.getuid?.() === 0 ? it : it.skip;
const folder = useTempFolder();
const day = (...steps: string[]) => path.join(dayFolder(folder.path()), ...steps);
const settings = () => backupHost(folder.path());
const images = { 'a.jpg': 'one', 'b.jpg': 'two', 'deep/c.jpg': 'three' };
const restore = async (more: Partial<RestoreOptions> = {}) =>
  await openBackups(settings()).restore(ID, { dryRun: false, overwrite: false, ...more });

beforeEach(async () => {
  await putImages(folder.path(), images);
  await makeBackup(backupSettings(folder.path()), { id: ID, day: DAY, host: 'h1' });
});

describe('restore', () => {
  it('puts back the day that is gone, with time, modes and owner', async () => {
    const { mtime } = await stat(day('a.jpg'));
    await rm(folder.path('images'), { recursive: true });
    expect(await restore()).toMatchObject({ restored: 3, restoredBytes: 11, same: 0, target: day() });
    expect(await contentOf(day())).toEqual(images);
    const [file, made] = [await stat(day('deep/c.jpg')), await stat(day('deep'))];
    expect([file.mode & 0o777, made.mode & 0o777]).toEqual([0o644, 0o755]);
    expect((await stat(day('a.jpg'))).mtime).toEqual(mtime);
    if (process.getuid?.() === 0) {
      const nobody = 65_534;
      for (const one of [file, made, await stat(folder.path('images'))]) {
        expect([one.uid, one.gid]).toEqual([nobody, nobody]);
      }
    }
  });

  it('touches only what is missing or different, and no newer file unless told to', async () => {
    const past = new Date(Date.now() - 3_600_000);
    await writeFile(day('a.jpg'), 'bad');
    await utimes(day('a.jpg'), past, past);
    await writeFile(day('b.jpg'), 'newer');
    const future = new Date(Date.now() + 60_000);
    await utimes(day('b.jpg'), future, future);
    const same = await stat(day('deep/c.jpg'));
    const dry = await restore({ dryRun: true });
    expect(dry).toMatchObject({ dryRun: true, restored: 1, same: 1, keptNewer: 1 });
    expect(await readFile(day('a.jpg'), 'utf8')).toBe('bad');
    expect(await restore()).toMatchObject({ restored: 1, same: 1, keptNewer: 1 });
    expect(await contentOf(day())).toEqual({ ...images, 'b.jpg': 'newer' });
    expect((await stat(day('deep/c.jpg'))).ino).toBe(same.ino);
    expect(await restore({ overwrite: true })).toMatchObject({ restored: 1, same: 2 });
    expect(await contentOf(day())).toEqual(images);
  });

  onlyRoot('keeps mode, ACL and attributes of what it replaces, where that is the owner’s own', async () => {
    await writeFile(day('a.jpg'), 'bad');
    await chmod(day('a.jpg'), 0o640);
    await chown(day('a.jpg'), NOBODY, 4321);
    if (setAttributes(day('a.jpg'), READER_ACL) === undefined) return;
    await writeFile(day('b.jpg'), 'of root');
    await chmod(day('b.jpg'), 0o4755);
    await writeFile(day('deep/c.jpg'), 'bad');
    await chmod(day('deep/c.jpg'), 0o600);
    await chown(day('deep/c.jpg'), NOBODY, NOBODY);
    await link(day('deep/c.jpg'), day('deep/other'));
    expect(await restore({ overwrite: true })).toMatchObject({ restored: 3 });
    expect(attributesOf(day('a.jpg'))).toEqual(READER_ACL);
    expect(await stat(day('a.jpg'))).toMatchObject({ uid: NOBODY, gid: 4321, mode: 0o100640 });
    for (const name of ['b.jpg', 'deep/c.jpg']) {
      expect(await stat(day(name))).toMatchObject({ uid: NOBODY, gid: NOBODY, mode: 0o100644 });
    }
    expect(await readFile(day('deep/other'), 'utf8')).toBe('bad');
  });

  it('never writes through a link', async () => {
    const precious = folder.path('precious');
    await writeFile(precious, 'x');
    await unlink(day('a.jpg'));
    await symlink(precious, day('a.jpg'));
    await rm(day('deep'), { recursive: true });
    await symlink(folder.path(), day('deep'));
    expect(await restore({ overwrite: true })).toMatchObject({ restored: 0, same: 1, inTheWay: 2 });
    expect(await readFile(precious, 'utf8')).toBe('x');
    expect(existsSync(folder.path('c.jpg'))).toBe(false);
    await rm(folder.path('images/2026'), { recursive: true });
    await symlink(folder.path('backups'), folder.path('images/2026'));
    await expect(restore()).rejects.toMatchObject({ failure: 'UnsafeSelector' });
  });

  it('goes to another folder when told to', async () => {
    expect(await restore({ to: folder.path('else/where') })).toMatchObject({ restored: 3 });
    expect(await contentOf(folder.path('else/where'))).toEqual(images);
    for (const to of ['relative', '/', '', folder.path('backups/x'), `${folder.path()}/a/../b`]) {
      await expect(restore({ to })).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    }
  });

  it('restores nothing of a damaged backup, and says what is wrong', async () => {
    await writeFile(folder.path('backups', NAME, 'files/a.jpg'), 'ONE');
    await unlink(folder.path('backups', NAME, 'files/deep/c.jpg'));
    const verdict = await openBackups(settings()).verify(ID);
    expect(verdict).toMatchObject({ good: false, bad: 2, id: ID });
    expect(verdict!.examples.sort()).toEqual(['a.jpg: has another content', 'deep/c.jpg: is missing']);
    await rm(folder.path('images'), { recursive: true });
    expect(await restore()).toMatchObject({ restored: 0, verdict: { good: false } });
    expect(existsSync(folder.path('images'))).toBe(false);
  });

  it.each(['../../etc/passwd', '/etc/passwd', 'a//b', ''])('trusts no manifest that names "%s"', async (name) => {
    const manifest = folder.path('backups', NAME, 'manifest.jsonl');
    const text = await readFile(manifest, 'utf8');
    await writeFile(manifest, text.replace('"a.jpg"', JSON.stringify(name)));
    expect(await openBackups(settings()).verify(ID)).toMatchObject({ state: 'partial', good: false });
  });

  it('knows by both ways to write an id, and not one that does not exist', async () => {
    const { list, verify } = openBackups(settings());
    expect(await list()).toMatchObject([{ id: ID, state: 'complete', files: 3 }]);
    expect(await verify(NAME)).toMatchObject({ good: true, bad: 0 });
    expect(await verify('other')).toBeUndefined();
    await expect(verify('../x')).rejects.toMatchObject({ failure: 'UnsafeSelector' });
  });
});
