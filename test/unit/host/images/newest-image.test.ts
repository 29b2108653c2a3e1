import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findNewestImage } from '../../../../src/host/images/newest-image';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();
const NOW = Date.parse('2026-11-23T12:00:00Z');
const images = () => folder.path('images');

/** A file, last written so many seconds before now. */
function image(place: string, secondsAgo: number): void {
  const file = path.join(images(), place);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, 'x');
  utimesSync(file, new Date(NOW - secondsAgo * 1_000), new Date(NOW - secondsAgo * 1_000));
}

const find = (more: { layout?: string; notImages?: string[] } = {}) =>
  findNewestImage({ images: images(), layout: 'YYYY/MM/DD', ...more }, NOW);

it('is the newest of today and of the days beside it, at any depth', async () => {
  image('2026/11/23/a.jpg', 300);
  image('2026/11/23/eth/b.jpg', 30);
  image('2026/11/22/c.jpg', 90_000);
  image('2026/11/20/d.jpg', 10);
  expect(await find()).toEqual({
    isThere: true,
    newest: { place: '2026/11/23/eth/b.jpg', at: NOW - 30_000 },
    seen: 3,
    ahead: 0,
  });
});

it('of a service in another time zone lies in the folder of its own day', async () => {
  image('2026/11/24/a.jpg', 20);
  expect((await find()).newest?.place).toBe('2026/11/24/a.jpg');
});

it('is none where there are only hidden, temporary and linked files', async () => {
  image('2026/11/23/.gitkeep', 5);
  image('2026/11/23/temp/a.part', 5);
  image('elsewhere/real.jpg', 5);
  symlinkSync(path.join(images(), 'elsewhere/real.jpg'), path.join(images(), '2026/11/23/link.jpg'));
  symlinkSync(path.join(images(), 'elsewhere'), path.join(images(), '2026/11/23/folder'));
  const found = await find({ notImages: [path.join(images(), '2026/11/23/temp')] });
  expect(found).toMatchObject({ isThere: true, newest: null, seen: 0 });
});

it('is none that is dated in the future: that would be young for ever', async () => {
  image('2026/11/23/a.jpg', 1_200);
  image('2026/11/23/b.jpg', -3_600);
  image('2026/11/23/c.jpg', -30);
  expect(await find()).toMatchObject({ newest: { place: '2026/11/23/c.jpg' }, ahead: 1 });
});

it('that lies flat is found in any folder', async () => {
  image('btc/a.jpg', 40);
  image('b.jpg', 50);
  expect(await find({ layout: 'flat' })).toMatchObject({ newest: { place: 'btc/a.jpg' }, seen: 2 });
});

it('tells a folder that is missing from one without images', async () => {
  expect(await find()).toEqual({ isThere: false, newest: null, seen: 0, ahead: 0 });
  mkdirSync(images());
  expect(await find()).toMatchObject({ isThere: true, newest: null });
});

it('follows no link in the place of a day', async () => {
  mkdirSync(path.join(images(), '2026/11'), { recursive: true });
  image('elsewhere/a.jpg', 5);
  symlinkSync(path.join(images(), 'elsewhere'), path.join(images(), '2026/11/23'));
  await expect(find()).rejects.toMatchObject({
    failure: 'UnsafeSelector',
    message: expect.stringContaining('23 is a link'),
  });
});
