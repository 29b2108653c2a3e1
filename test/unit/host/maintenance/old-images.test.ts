import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { link, mkdir, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { NOBODY_ELSE } from '../../../../src/host/files/from-root';
import { countOldImages, removeOldImages } from '../../../../src/host/maintenance/old-images';
import { dayIn } from '../../../../src/shared/observations/images/image-layout';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();
const DAY_MS = 86_400_000;
const NOW = Date.now();
const OLD = new Date(NOW - 30 * DAY_MS);

const what = (more: object = {}) => ({
  imagesDir: folder.path('images'),
  layout: 'YYYY/MM/DD',
  writtenBefore: NOW - 7 * DAY_MS,
  writers: NOBODY_ELSE,
  leftOut: [],
  ...more,
});

async function put(file: string, written: Date = OLD): Promise<string> {
  const full = folder.path('images', file);
  await mkdir(path.dirname(full), { recursive: true });
  await writeFile(full, '12345');
  await utimes(full, written, written);
  return full;
}

/** Path of a day's folder, so many days ago. */
const dayOf = (daysAgo: number) => new Date(NOW - daysAgo * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '/');

it('go when their day and what they were written are old; other files stay', async () => {
  const old = [await put(`${dayOf(20)}/a.jpg`), await put(`${dayOf(9)}/b.JPEG`), await put('loose.png')];
  const kept = [await put(`${dayOf(20)}/a.txt`), await put(`${dayOf(20)}/new.jpg`, new Date(NOW))];
  expect(await countOldImages(what())).toEqual({ files: 3, bytes: 15, notes: [] });
  expect(old.every((file) => existsSync(file))).toBe(true);
  expect(await removeOldImages(what(), 100)).toMatchObject({ files: 3, notes: [] });
  expect(old.map((file) => existsSync(file))).toEqual([false, false, false]);
  expect(kept.map((file) => existsSync(file))).toEqual([true, true]);
  expect(await countOldImages(what())).toMatchObject({ files: 0 });
});

it("never go from today's folder, nor from that of a day which is not old as a whole, whatever they say of their age", async () => {
  for (const days of [-1, 0, 1, 6, 7]) await put(`${dayOf(days)}/a.jpg`);
  expect(await countOldImages(what())).toMatchObject({ files: 0 });
  expect(await removeOldImages(what(), 100)).toMatchObject({ files: 0 });
});

it('go by when they were written where they lie flat', async () => {
  await put('a.jpg');
  await put('b.jpg', new Date(NOW - 6 * DAY_MS));
  expect(await countOldImages(what({ layout: 'flat' }))).toMatchObject({ files: 1 });
});

it('are left where a link leads to them, and where they have another name', async () => {
  await mkdir(folder.path('outside/2020/01/01'), { recursive: true });
  await writeFile(folder.path('outside/2020/01/01/a.jpg'), '1');
  await utimes(folder.path('outside/2020/01/01/a.jpg'), OLD, OLD);
  await mkdir(folder.path('images'), { recursive: true });
  await symlink(folder.path('outside/2020'), folder.path('images/2020'));
  await symlink(folder.path('outside/2020/01/01/a.jpg'), folder.path('images/link.jpg'));
  await link(await put(`${dayOf(20)}/hard.jpg`), folder.path('outside/hard.jpg'));
  expect(await removeOldImages(what(), 100)).toMatchObject({ files: 0 });
  expect(existsSync(folder.path('outside/2020/01/01/a.jpg'))).toBe(true);
});

it('are left where the folder itself is a link', async () => {
  await put(`${dayOf(20)}/a.jpg`);
  await rename(folder.path('images'), folder.path('elsewhere'));
  await symlink(folder.path('elsewhere'), folder.path('images'));
  await expect(removeOldImages(what(), 100)).rejects.toMatchObject({ failure: 'UnsafeSelector' });
});

it('are left across a mount, which is said', async () => {
  if (process.getuid?.() !== 0) return;
  await mkdir(folder.path('images/2020'), { recursive: true });
  execFileSync('/bin/mount', ['-t', 'tmpfs', 'tmpfs', folder.path('images/2020')]);
  try {
    const image = await put('2020/01/01/a.jpg');
    const { files, notes } = await removeOldImages(what(), 100);
    expect({ files, notes }).toEqual({ files: 0, notes: [`${folder.path('images/2020')} is mounted there, left`] });
    expect(existsSync(image)).toBe(true);
  } finally {
    execFileSync('/bin/umount', [folder.path('images/2020')]);
  }
});

it('are left in folders that are kept', async () => {
  await put('quarantine/a.jpg');
  expect(await countOldImages(what({ leftOut: [folder.path('images/quarantine')] }))).toMatchObject({ files: 0 });
});

it('are no more than asked for, and none after a permit that is over', async () => {
  for (const name of ['a', 'b', 'c']) await put(`${dayOf(20)}/${name}.jpg`);
  expect(await removeOldImages(what(), 1)).toMatchObject({ files: 1 });
  const mayStillChange = () => {
    throw new Error('paused');
  };
  await expect(removeOldImages(what({ mayStillChange }), 10)).rejects.toThrow('paused');
  expect(await countOldImages(what())).toMatchObject({ files: 2 });
});

it('is a note where there is no such folder', async () => {
  expect(await countOldImages(what())).toEqual({
    ...{ files: 0, bytes: 0 },
    notes: [`${folder.path('images')} does not exist`],
  });
});

it('tells the day of a folder by the layout', () => {
  expect(dayIn('YYYY/MM/DD', '2026/11/23/x')).toBe('2026-11-23');
  expect(dayIn('by-day/YYYY-MM-DD', 'by-day/2026-11-23')).toBe('2026-11-23');
  expect(dayIn('YYYY/YYYY-MM-DD', '2026/2026-11-23')).toBe('2026-11-23');
  expect(dayIn('YYYY/YYYY-MM-DD', '2025/2026-11-23')).toBeUndefined();
  expect(dayIn('YYYY/MM/DD', '2026/11')).toBeUndefined();
  expect(dayIn('flat', '2026/11/23')).toBeUndefined();
});
