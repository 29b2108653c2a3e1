import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile, mkdir, readFile, rename, rm, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeBackup } from '../../../../src/host/backup/make';
import { planBackup } from '../../../../src/host/backup/space';
import { observeBackup } from '../../../../src/host/backup/state';
import { waitFor } from '../../../support/wait-for';
import { compileAgent } from '../support/compiled';
import { useTempFolder } from '../support/temp-folder';
import { DAY, ID, NAME, contentOf, dayFolder, putImages, backupSettings } from './support';

const folder = useTempFolder();
const settings = (more = {}) => backupSettings(folder.path(), more);
const request = (more = {}) => ({ id: ID, day: DAY, host: 'h1', ...more });
const copies = async () => await contentOf(folder.path('backups', NAME, 'files'));
const images = { 'a.jpg': 'one', 'b.jpg': '', 'deep/er/c.jpg': 'three' };
const onLinuxAsRoot = process.platform === 'linux' && process.getuid?.() === 0 ? it : it.skip;

describe('a backup', () => {
  it('has every file with its time, and a manifest with their digests; only its owner may look', async () => {
    await putImages(folder.path(), images);
    await utimes(path.join(dayFolder(folder.path()), 'a.jpg'), 1_000, 1_000);
    const change = await makeBackup(settings(), request());
    expect(change).toMatchObject({ changed: true, before: { state: 'absent' }, notes: [] });
    expect(change.after).toMatchObject({ state: 'complete', files: 3, bytes: 8, path: folder.path('backups', NAME) });
    expect(await copies()).toEqual(images);
    const manifest = await readFile(folder.path('backups', NAME, 'manifest.jsonl'), 'utf8');
    expect(change.after.manifestSha256).toBe(createHash('sha256').update(manifest).digest('hex'));
    const [header, first] = manifest.split('\n').map((line) => (line === '' ? {} : (JSON.parse(line) as object)));
    expect(header).toMatchObject({ id: ID, host: 'h1', source: dayFolder(folder.path()), files: 3, bytes: 8 });
    const sha256 = createHash('sha256').update('one').digest('hex');
    expect(first).toEqual({ path: 'a.jpg', size: 3, sha256, mtime: new Date(1_000_000).toISOString() });
    for (const place of ['backups', `backups/${NAME}`, `backups/${NAME}/files/deep`]) {
      expect((await stat(folder.path(place))).mode & 0o777).toBe(0o700);
    }
    expect(Object.keys(await contentOf(folder.path('backups', NAME))).sort()).toEqual(
      [...Object.keys(images).map((name) => `files/${name}`), 'manifest.jsonl'].sort(),
    );
  });

  it('that is complete is not made again', async () => {
    await putImages(folder.path(), images);
    const { after } = await makeBackup(settings(), request());
    await putImages(folder.path(), { 'later.jpg': 'x' });
    expect(await makeBackup(settings(), request())).toEqual({ before: after, after, changed: false, notes: [] });
  });

  it('is nothing when the day has no folder, and leaves none behind', async () => {
    await mkdir(folder.path('images'));
    const { after, changed } = await makeBackup(settings(), request());
    expect({ state: after.state, changed }).toEqual({ state: 'nothing', changed: false });
    expect(existsSync(folder.path('backups'))).toBe(false);
  });

  it.each(['', '/', '..', '../x', 'a/../b', '/etc', 'a//b', 'a b', 'x'.repeat(201)])(
    'refuses the id "%s"',
    async (id) => {
      await putImages(folder.path(), images);
      await expect(makeBackup(settings(), request({ id }))).rejects.toMatchObject({ failure: 'UnsafeSelector' });
      expect(existsSync(folder.path('backups'))).toBe(false);
    },
  );

  it.each(['', '2026', '2026-11-2', '../../../etc', '2026-11-23/..', '2026-13-01'])(
    'refuses the day "%s"',
    async (day) => {
      await expect(makeBackup(settings(), request({ day }))).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    },
  );

  it('never goes through a link: to a file, to a folder; pipes are no files', async () => {
    await putImages(folder.path(), images);
    const day = dayFolder(folder.path());
    await symlink('/etc/passwd', path.join(day, 'passwd'));
    await symlink('/etc', path.join(day, 'etc'));
    execFileSync('mkfifo', [path.join(day, 'pipe')]);
    const { notes } = await makeBackup(settings(), request());
    expect(notes).toEqual(['3 links and special files were left out']);
    expect(await copies()).toEqual(images);
  });

  it('is refused when the images or a step to the day is a link', async () => {
    await putImages(folder.path(), images);
    await rename(folder.path('images/2026'), folder.path('elsewhere'));
    await symlink(folder.path('elsewhere'), folder.path('images/2026'));
    await expect(makeBackup(settings(), request())).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    await symlink(folder.path('images'), folder.path('link'));
    const through = settings({ images: folder.path('link') });
    await expect(makeBackup(through, request())).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    expect(existsSync(folder.path('backups'))).toBe(false);
  });

  it('is refused when a link has the place of the backups, or of this backup', async () => {
    await putImages(folder.path(), images);
    await mkdir(folder.path('elsewhere'));
    await symlink(folder.path('elsewhere'), folder.path('backups'));
    await expect(makeBackup(settings(), request())).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    await unlink(folder.path('backups'));
    await mkdir(folder.path('backups'));
    await symlink(folder.path('elsewhere'), folder.path('backups', NAME));
    await expect(makeBackup(settings(), request())).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    expect(await contentOf(folder.path('elsewhere'))).toEqual({});
  });

  it('notes a file that vanishes while it is made', async () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`${String(at).padStart(2, '0')}.jpg`, 'x']));
    await putImages(folder.path(), many);
    let gone = 0;
    // Whatever is not there yet after the first has been copied.
    const progress = () => {
      if (gone++ === 0) for (const name of Object.keys(many)) rmSync(path.join(dayFolder(folder.path()), name));
    };
    const { after, notes } = await makeBackup(settings(), request({ progress }));
    expect(after).toMatchObject({ state: 'complete', files: Object.keys(await copies()).length });
    expect(after.files).toBeLessThan(60);
    expect(notes[0]).toMatch(/vanished while the backup was made/);
  });

  it('is read back after it was copied: what did not arrive is found at once', async () => {
    await putImages(folder.path(), { 'a.jpg': 'one' });
    const copy = folder.path('backups', NAME, 'files/a.jpg');
    const spoiled = request({ progress: () => writeFileSync(copy, 'ONE') });
    await expect(makeBackup(settings(), spoiled)).rejects.toThrow(/a.jpg has another content; it is copied again/);
    expect(await observeBackup(settings(), ID)).toMatchObject({ state: 'partial', files: 0 });
  });

  it('with changed bytes is found on reading back, and made good by the next attempt', async () => {
    await putImages(folder.path(), images);
    await makeBackup(settings(), request());
    await writeFile(folder.path('backups', NAME, 'files/a.jpg'), 'ONE');
    await expect(makeBackup(settings(), request())).rejects.toMatchObject({ failure: 'BackupMismatch' });
    expect(await observeBackup(settings(), ID)).toMatchObject({ state: 'partial', files: 2 });
    expect((await makeBackup(settings(), request())).after).toMatchObject({ state: 'complete', files: 3 });
    expect(await copies()).toEqual(images);
  });
});

describe('space for a backup', () => {
  it('is checked first, with the reserve: nothing is written without it', async () => {
    await putImages(folder.path(), images);
    const tooMuch = settings({ reserveBytes: 2 ** 52 });
    expect(await planBackup(tooMuch, DAY)).toMatchObject({ exists: true, files: 3, bytes: 8, fits: false });
    const making = makeBackup(tooMuch, request());
    await expect(making).rejects.toMatchObject({ failure: 'NotEnoughSpace' });
    await expect(making).rejects.toThrow(/backups needs \d+ bytes .* there are \d+ bytes/);
    expect(existsSync(folder.path('backups'))).toBe(false);
    expect(await planBackup(settings(), DAY)).toMatchObject({ fits: true });
  });

  onLinuxAsRoot('that runs out in the middle: what was copied is removed', async () => {
    await putImages(folder.path(), { 'a.bin': 'x'.repeat(400_000), 'deep/b.bin': 'y'.repeat(400_000) });
    await mkdir(folder.path('backups'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder.path('backups')]);
    try {
      const hog = folder.path('backups/hog');
      // Somebody else takes the space after it was checked.
      const progress = () => writeFileSync(hog, 'z'.repeat(300_000), { flag: 'a' });
      await expect(makeBackup(settings(), request({ progress }))).rejects.toMatchObject({ failure: 'NotEnoughSpace' });
      expect(Object.keys(await contentOf(folder.path('backups')))).toEqual(['hog']);
      expect(existsSync(folder.path('backups', NAME))).toBe(false);
    } finally {
      execFileSync('umount', [folder.path('backups')]);
    }
  });
});

describe('an attempt that is killed', () => {
  const compiled = mkdtempSync(path.join(tmpdir(), 'halcyon-backup-'));
  beforeAll(() => {
    compileAgent(compiled);
    const script = `
      const { makeBackup } = require('./host/backup/make');
      makeBackup(...JSON.parse(process.argv[2])).then(() => console.log('made'));
    `;
    writeFileSync(path.join(compiled, 'make.js'), script);
  });
  afterAll(() => rmSync(compiled, { recursive: true, force: true }));

  it('leaves what it has copied to the next, which copies only the rest', async () => {
    const names = Array.from({ length: 3_000 }, (_, at) => `${at}.jpg`);
    await putImages(folder.path(), Object.fromEntries(names.map((name) => [name, name.repeat(100)])));
    const input = JSON.stringify([settings(), request()]);
    const child = spawn(process.execPath, [path.join(compiled, 'make.js'), input], { stdio: 'inherit' });
    try {
      const journal = folder.path('backups', NAME, 'journal.jsonl');
      const lines = async () => (await readFile(journal, 'utf8').catch(() => '')).split('\n').length;
      await waitFor(async () => (await lines()) > 100, { what: 'the first copies', everyMs: 1 });
    } finally {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGKILL');
      await ended;
    }
    const partial = await observeBackup(settings(), ID);
    expect(partial.state).toBe('partial');
    expect(partial.files).toBeLessThan(3_000);
    // A line that was not written to its end.
    await appendFile(folder.path('backups', NAME, 'journal.jsonl'), '{"path":"to');
    const first = folder.path('backups', NAME, 'files');
    const inodes = await inodesOf(first, names);
    const { after, notes } = await makeBackup(settings(), request());
    expect(after).toMatchObject({ state: 'complete', files: 3_000 });
    expect(notes).toEqual([]);
    const later = await inodesOf(first, names);
    const kept = [...inodes].filter(([name, inode]) => later.get(name) === inode).length;
    // Only those between their name and their line in the journal are copied twice: not more than are worked on at once.
    expect(kept).toBeGreaterThanOrEqual(inodes.size - 16);
    expect(kept).toBeGreaterThanOrEqual(partial.files);
    expect(existsSync(folder.path('backups', NAME, 'unfinished'))).toBe(false);
  });

  it('and whose source lost a file since still has it in the backup', async () => {
    await putImages(folder.path(), images);
    await makeBackup(settings(), request());
    await writeFile(folder.path('backups', NAME, 'files/deep/er/c.jpg'), 'THREE');
    await expect(makeBackup(settings(), request())).rejects.toMatchObject({ failure: 'BackupMismatch' });
    await rm(path.join(dayFolder(folder.path()), 'a.jpg'));
    await makeBackup(settings(), request());
    expect(await copies()).toEqual(images);
  });
});

async function inodesOf(place: string, names: string[]): Promise<Map<string, number>> {
  const inodes = new Map<string, number>();
  for (const name of names) {
    const found = await stat(path.join(place, name)).catch(() => undefined);
    if (found !== undefined) inodes.set(name, found.ino);
  }
  return inodes;
}
