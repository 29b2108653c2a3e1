import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, lutimesSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { NOBODY_ELSE } from '../../../../src/host/files/from-root';
import { clearTemporaryFiles, countTemporaryFiles } from '../../../../src/host/files/temporary-files';
import { sizeOf } from '../../../support/sample';
import { useTempFolder } from '../support/temp-folder';

const DAY_MS = 86_400_000;
const OLD = new Date(Date.now() - 3 * DAY_MS);
const isRoot = process.getuid?.() === 0;
const uid = isRoot ? 61_980 : process.getuid!();
const folder = useTempFolder();

const what = (more: object = {}) => ({
  dataDir: folder.path('data'),
  tempDirs: [folder.path('data/temp')],
  elsewhere: [{ folder: folder.path('tmp'), prefix: 'kingfisher-' }],
  uid,
  writers: NOBODY_ELSE,
  writtenBefore: Date.now() - DAY_MS,
  keep: [folder.path('backups')],
  ...more,
});

beforeEach(() => {
  for (const name of ['data/temp', 'tmp', 'backups']) mkdirSync(folder.path(name), { recursive: true });
});

function put(file: string, { owner = uid, young = false } = {}): string {
  const full = folder.path(file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, '12345');
  if (!young) utimesSync(full, OLD, OLD);
  if (isRoot) chownSync(full, owner, owner);
  return full;
}

/** A folder of the service that was last changed long ago. */
function age(name: string, owner = uid): string {
  const full = folder.path(name);
  mkdirSync(full, { recursive: true });
  if (isRoot) chownSync(full, owner, owner);
  utimesSync(full, OLD, OLD);
  return full;
}

describe('temporary files', () => {
  it('go when they are old, with old folders that are empty then; the temporary folder itself stays', async () => {
    const gone = [put('data/temp/a'), put('data/temp/deep/er/b'), put('tmp/kingfisher-x'), put('tmp/kingfisher-dir/c')];
    const folders = [age('data/temp/deep/er'), age('data/temp/deep'), age('tmp/kingfisher-dir')];
    const stay = [put('data/temp/young', { young: true }), put('data/temp/mixed/young', { young: true })];
    put('data/temp/mixed/old');
    age('data/temp/mixed');
    expect(await countTemporaryFiles(what())).toEqual({ files: 5, bytes: 25, notes: [] });
    expect(gone.every((file) => existsSync(file))).toBe(true);
    await clearTemporaryFiles(what(), 100);
    expect([...gone, ...folders].filter((file) => existsSync(file))).toEqual([]);
    expect([...stay, folder.path('data/temp')].every((file) => existsSync(file))).toBe(true);
    expect(await countTemporaryFiles(what())).toMatchObject({ files: 0, notes: [] });
  });

  it('elsewhere are those with the prefix alone, and none without a user', async () => {
    const others = [put('tmp/other'), put('tmp/kingfisher'), put('tmp/sub/kingfisher-x')];
    const mine = put('tmp/kingfisher-x');
    await clearTemporaryFiles(what({ uid: undefined }), 100);
    expect(existsSync(mine)).toBe(true);
    await clearTemporaryFiles(what(), 100);
    expect([mine, ...others].map((file) => existsSync(file))).toEqual([false, true, true, true]);
  });

  it('that are links are removed, and what they point to is not touched', async () => {
    const precious = put('elsewhere/precious');
    const links = ['data/temp/file', 'data/temp/folder', 'tmp/kingfisher-link'].map((name) => folder.path(name));
    symlinkSync(precious, links[0]!);
    symlinkSync(folder.path('elsewhere'), links[1]!);
    symlinkSync(folder.path('elsewhere'), links[2]!);
    for (const link of links) {
      lutimesSync(link, OLD, OLD);
      if (isRoot) execFileSync('chown', ['-h', String(uid), link]);
    }
    await clearTemporaryFiles(what(), 100);
    expect(existsSync(precious)).toBe(true);
    expect(links.filter((link) => existsSync(link))).toEqual([]);
  });

  it('in the folder of the backups are kept, whatever path leads there', async () => {
    const kept = put('tmp/kingfisher-backups/one/image');
    const keep = [folder.path('tmp/kingfisher-backups')];
    for (const name of ['tmp/kingfisher-backups/one', 'tmp/kingfisher-backups']) age(name);
    const note = `${folder.path('tmp/kingfisher-backups')} is kept`;
    expect(await clearTemporaryFiles(what({ keep }), 100)).toMatchObject({ files: 0, notes: [note] });
    expect(existsSync(kept)).toBe(true);
  });

  it.each<[string, object]>([
    ['a temporary folder outside of the data', { tempDirs: ['/etc'] }],
    ['no folder', { tempDirs: [''] }],
    ['the root folder', { elsewhere: [{ folder: '/', prefix: 'kingfisher-' }] }],
    ['no prefix', { elsewhere: [{ folder: '/tmp', prefix: '' }] }],
    ['a prefix with a path', { elsewhere: [{ folder: '/tmp', prefix: '../etc' }] }],
  ])('are refused for %s, before anything is removed', async (_what, more) => {
    const first = put('data/temp/a');
    const wide = what({ ...more, tempDirs: [folder.path('data/temp'), ...((more as never)['tempDirs'] ?? [])] });
    await expect(clearTemporaryFiles(wide, 100)).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    expect(existsSync(first)).toBe(true);
  });

  it('are removed no more than the limit at once', async () => {
    for (let at = 0; at < 10; at++) put(`data/temp/${at}`);
    await clearTemporaryFiles(what(), 4);
    expect(await countTemporaryFiles(what())).toMatchObject({ files: 6 });
  });
});

(isRoot ? describe : describe.skip)('temporary files, as root,', () => {
  it('elsewhere are those of the service alone', async () => {
    const others = [put('tmp/kingfisher-root', { owner: 0 }), put('tmp/kingfisher-dir/root', { owner: 0 })];
    const inside = put('tmp/kingfisher-theirs/x');
    age('tmp/kingfisher-dir');
    age('tmp/kingfisher-theirs', 0);
    const { notes } = await clearTemporaryFiles(what(), 100);
    expect([...others, inside].every((file) => existsSync(file))).toBe(true);
    expect(notes).toHaveLength(3);
  });

  it('on another mount are left alone, also of the same file system', async () => {
    const precious = put('elsewhere/inside');
    const mounted = age('tmp/kingfisher-dir/mounted');
    age('tmp/kingfisher-dir');
    try {
      execFileSync('mount', ['--bind', folder.path('elsewhere'), mounted], { stdio: 'ignore' });
    } catch {
      return; // not allowed to mount here
    }
    try {
      chownSync(folder.path('elsewhere'), uid, uid);
      expect(await clearTemporaryFiles(what(), 100)).toMatchObject({ notes: [`${mounted} is mounted there, left`] });
      expect(existsSync(precious)).toBe(true);
    } finally {
      execFileSync('umount', [mounted]);
    }
  });

  it('are never removed elsewhere while somebody swaps a folder for a link', async () => {
    const victims = Array.from({ length: 20 }, (_, at) => put(`elsewhere/${at}`));
    age('elsewhere');
    const swapper = startSwapping(folder.path('tmp/kingfisher-swapped'), folder.path('elsewhere'), uid);
    try {
      const rounds = sizeOf('swapped for links', { full: 300, sample: 60 });
      for (let round = 0; round < rounds; round++) await clearTemporaryFiles(what({ writtenBefore: Infinity }), 1_000);
    } finally {
      await swapper.terminate();
    }
    expect(victims.filter((victim) => !existsSync(victim))).toEqual([]);
  });
});

/** A thread that turns `name` into a real folder of `uid` and into a link to `target`, as fast as it can. */
function startSwapping(name: string, target: string, uid: number): Worker {
  const script = `
    const fs = require('node:fs');
    const { name, target, uid } = require('node:worker_threads').workerData;
    for (;;) {
      try {
        fs.mkdirSync(name, { recursive: true });
        fs.chownSync(name, uid, uid);
        fs.rmSync(name, { recursive: true });
        fs.symlinkSync(target, name);
        fs.lchownSync(name, uid, uid);
        fs.unlinkSync(name);
      } catch {}
    }`;
  return new Worker(script, { eval: true, workerData: { name, target, uid } });
}
