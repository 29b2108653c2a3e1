import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { makeBackup } from '../../../../src/host/backup/make';
import { pruneBackups } from '../../../../src/host/backup/prune';
import { whileMounted } from '../support/bind-mount';
import { useTempFolder } from '../support/temp-folder';
import { DAY, contentOf, putImages, backupSettings } from './support';

const folder = useTempFolder();
const settings = (more = {}) => backupSettings(folder.path(), more);
const backups = async () => (await readdir(folder.path('backups'))).sort();
const OLD = new Date(Date.now() - 3 * 86_400_000);
const LEFTOVER = '2f1c2d3e-0000-4000-8000-123456789abc';

/** A complete backup, made `days` ago. */
async function putBackup(id: string, days: number): Promise<void> {
  await makeBackup(settings(), { id, day: DAY, host: 'h1' });
  const manifest = folder.path('backups', id, 'manifest.jsonl');
  const made = new Date(Date.now() - days * 86_400_000).toISOString();
  const text = await readFile(manifest, 'utf8');
  await writeFile(manifest, text.replace(/"createdAt":"[^"]+"/, `"createdAt":"${made}"`));
}

/** An unfinished one of that time. */
async function putLeftover(name: string, touched: Date, file = 'files/a.jpg'): Promise<void> {
  await mkdir(folder.path('backups', name, 'files'), { recursive: true });
  await writeFile(folder.path('backups', name, file), 'x');
  await writeFile(folder.path('backups', name, 'journal.jsonl'), '\n');
  await utimes(folder.path('backups', name, 'journal.jsonl'), touched, touched);
  await utimes(folder.path('backups', name), touched, touched);
}

beforeEach(async () => await putImages(folder.path(), { 'a.jpg': 'one', 'deep/b.jpg': 'two' }));

describe('outdated backups', () => {
  it('go when they are old and more than are kept; the newest and the one that is named stay', async () => {
    for (const [id, days] of Object.entries({ a: 9, b: 8, c: 7, d: 6 })) await putBackup(id, days);
    const change = await pruneBackups(settings(), 'b');
    expect(change).toEqual({
      before: { files: 4, bytes: 12 },
      after: { files: 0, bytes: 0 },
      changed: true,
      notes: [],
    });
    expect(await backups()).toEqual(['b', 'd']);
    expect(await pruneBackups(settings(), 'b')).toMatchObject({ changed: false });
  });

  it('stay while they are young, or few', async () => {
    for (const [id, days] of Object.entries({ a: 0.9, b: 0.5, c: 0.1 })) await putBackup(id, days);
    expect(await pruneBackups(settings(), 'c')).toMatchObject({ changed: false });
    for (const [id, days] of Object.entries({ old: 50, older: 60 })) await putBackup(id, days);
    await pruneBackups(settings({ keepCount: 4 }), 'c');
    expect(await backups()).toEqual(['a', 'b', 'c', 'old']);
  });

  it('do not count by unfinished ones: the newest complete one stays', async () => {
    await putBackup('good', 50);
    await putLeftover(LEFTOVER, new Date());
    await pruneBackups(settings(), LEFTOVER);
    expect(await backups()).toEqual([LEFTOVER, 'good']);
  });

  it('that were never finished go after a day, where they are named like ours and hold nothing else', async () => {
    await putLeftover(LEFTOVER, OLD);
    await putLeftover(`incident+x+h1+${LEFTOVER}`, OLD, 'letter.txt');
    await putLeftover('family-photos', OLD);
    await putLeftover('incident+young', new Date());
    const { notes } = await pruneBackups(settings(), 'none');
    expect(await backups()).toEqual(['family-photos', `incident+x+h1+${LEFTOVER}`, 'incident+young']);
    expect(notes[0]).toMatch(/was left: letter\.txt in it/);
  });

  it('go without what a link in them points to, and a link in their place is none', async () => {
    await mkdir(folder.path('precious/files'), { recursive: true });
    await writeFile(folder.path('precious/files/a'), 'x');
    await putLeftover(LEFTOVER, OLD);
    await symlink(folder.path('precious'), folder.path('backups', LEFTOVER, 'files/link'));
    await symlink(folder.path('precious'), folder.path('backups/incident+link'));
    await pruneBackups(settings(), 'none');
    expect(existsSync(folder.path('backups', LEFTOVER))).toBe(false);
    expect(await contentOf(folder.path('precious'))).toEqual({ 'files/a': 'x' });
    expect(await backups()).toEqual(['incident+link']);
  });

  it('stay, and say so, with something mounted in them, from the same file system too', async () => {
    await mkdir(folder.path('precious'));
    await writeFile(folder.path('precious/a'), 'x');
    await putLeftover(LEFTOVER, OLD);
    const place = folder.path('backups', LEFTOVER, 'files/mounted');
    await mkdir(place);
    await whileMounted(folder.path('precious'), place, async () => {
      const { notes } = await pruneBackups(settings(), 'none');
      expect(notes).toEqual([expect.stringContaining('something is mounted in a backup')]);
      expect(await contentOf(folder.path('precious'))).toEqual({ a: 'x' });
    });
  });

  it('are none where there is no folder of backups', async () => {
    expect(await pruneBackups(settings(), 'none')).toMatchObject({ changed: false, before: { files: 0 } });
  });
});
