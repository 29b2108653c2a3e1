import { existsSync } from 'node:fs';
import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeBackup } from '../../../../src/host/backup/make';
import { openBackups } from '../../../../src/host/backup/open';
import { planBackup } from '../../../../src/host/backup/space';
import { useTempFolder } from '../support/temp-folder';
import { DAY, ID, NAME, contentOf, backupHost, backupSettings } from './support';

const folder = useTempFolder();
const OF_DAY = new Date(`${DAY}T08:00:00Z`);
const LONG_AGO = new Date('2026-10-01T08:00:00Z');

const settings = (layout = 'YYYY/MM/DD') => ({
  ...backupSettings(folder.path(), { layout }),
  notImages: [folder.path('images/temp')],
});
const backUp = async (layout?: string) => await makeBackup(settings(layout), { id: ID, day: DAY, host: 'h1' });
const copies = async () => await contentOf(folder.path('backups', NAME, 'files'));

async function put(name: string, written = OF_DAY): Promise<void> {
  const file = folder.path('images', name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, name);
  await utimes(file, written, written);
}

describe('images in another layout', () => {
  it.each([
    ['flat', 'a.jpg'],
    ['in folders of users', 'user-7/a.jpg'],
    ['in days written otherwise', '2026-11-23/a.jpg'],
  ])('that lie %s are no backup, and no reason to clear', async (_name, image) => {
    await put(image, LONG_AGO);
    const refused = backUp();
    await expect(refused).rejects.toMatchObject({ failure: 'ImagesNotFound' });
    await expect(refused).rejects.toThrow(`lies in ${folder.path('images')} as backup.layout ("YYYY/MM/DD")`);
    await expect(refused).rejects.toThrow(image);
    await expect(refused).rejects.toThrow('set the layout to how images are filed (such as "flat")');
    expect(existsSync(folder.path('backups'))).toBe(false);
    expect(await planBackup(settings(), DAY)).toMatchObject({ files: 0, obstacle: expect.stringContaining(image) });
  });

  it('are noticed beside folders of earlier days, when one was written on the day', async () => {
    await put('2026/11/20/a.jpg', LONG_AGO);
    await put('b.jpg');
    await expect(backUp()).rejects.toThrow('b.jpg');
  });

  it('are noticed in the folder of a day beside it, as of a clock in another time zone', async () => {
    await put('2026/11/24/a.jpg');
    await expect(backUp()).rejects.toThrow('2026/11/24/a.jpg');
  });

  it('are noticed as links in the folder of the day', async () => {
    await put('2026/11/22/a.jpg', LONG_AGO);
    await mkdir(folder.path('images/2026/11/23'), { recursive: true });
    await symlink('/etc/passwd', folder.path('images/2026/11/23/b.jpg'));
    await expect(backUp()).rejects.toThrow('2026/11/23/b.jpg (a link or special file)');
  });

  it('are refused as well where the folder of images is missing', async () => {
    await expect(backUp()).rejects.toThrow(`the folder of images ${folder.path('images')} does not exist`);
    await expect(backUp('flat')).rejects.toMatchObject({ failure: 'ImagesNotFound' });
  });
});

describe('there is nothing to back up', () => {
  it.each(['YYYY/MM/DD', 'flat'])('in a truly empty folder (%s)', async (layout) => {
    await mkdir(folder.path('images/2026/11/23'), { recursive: true });
    await put('.gitkeep');
    await put('temp/half-of-one.jpg');
    expect(await backUp(layout)).toMatchObject({ changed: false, after: { state: 'nothing' } });
    expect(existsSync(folder.path('backups'))).toBe(false);
    expect(await planBackup(settings(layout), DAY)).not.toHaveProperty('obstacle');
  });

  it.each([
    ['YYYY/MM/DD', '2026/11/22/deep/a.jpg'],
    ['YYYY-MM-DD', '2026-10-01/a.jpg'],
    ['flat', 'a.jpg'],
  ])('when images of other days alone lie as %s', async (layout, image) => {
    await put(image, LONG_AGO);
    expect(await backUp(layout)).toMatchObject({ changed: false, after: { state: 'nothing' } });
  });
});

describe('a layout', () => {
  it.each(['YYYY-MM-DD', 'by-day/YYYYMMDD', 'YYYY/YYYY-MM/YYYY-MM-DD'])('of days may be %s', async (layout) => {
    const day = layout.replaceAll('YYYY', '2026').replaceAll('MM', '11').replaceAll('DD', '23');
    await put(`${day}/a.jpg`);
    await put('elsewhere.jpg');
    expect(await backUp(layout)).toMatchObject({ after: { state: 'complete', files: 1 } });
    expect(Object.keys(await copies())).toEqual(['a.jpg']);
  });

  it('that is flat takes what was written on the day, at any depth, and no temporary files', async () => {
    for (const name of ['a.jpg', 'user-7/b.jpg', 'temp/c.jpg', 'temperature/d.jpg']) await put(name);
    await put('old.jpg', LONG_AGO);
    await put('midnight.jpg', new Date(`${DAY}T00:00:00Z`));
    const { after } = await backUp('flat');
    expect(after).toMatchObject({ state: 'complete', files: 4 });
    expect(Object.keys(await copies()).sort()).toEqual(['a.jpg', 'midnight.jpg', 'temperature/d.jpg', 'user-7/b.jpg']);
    expect(await planBackup(settings('flat'), DAY)).toMatchObject({ files: 4, source: folder.path('images') });
  });

  it('that is flat is restored to where its images were', async () => {
    for (const name of ['a.jpg', 'user-7/b.jpg']) await put(name);
    await backUp('flat');
    await rm(folder.path('images'), { recursive: true });
    const backups = openBackups(backupHost(folder.path(), { layout: 'flat' }));
    expect(await backups.restore(ID, { dryRun: false, overwrite: false })).toMatchObject({ restored: 2, inTheWay: 0 });
    expect(await contentOf(folder.path('images'))).toEqual({ 'a.jpg': 'a.jpg', 'user-7/b.jpg': 'user-7/b.jpg' });
  });

  it('that is flat keeps what was copied of images that are gone since', async () => {
    for (const name of ['a.jpg', 'b.jpg']) await put(name);
    await backUp('flat');
    await rm(folder.path('backups', NAME, 'files/b.jpg'));
    await expect(backUp('flat')).rejects.toMatchObject({ failure: 'BackupMismatch' });
    await rm(folder.path('images/a.jpg'));
    expect(await backUp('flat')).toMatchObject({ after: { state: 'complete', files: 2 } });
  });
});
