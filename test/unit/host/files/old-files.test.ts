import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { NOBODY_ELSE } from '../../../../src/host/files/from-root';
import { clearTemporaryFiles, countTemporaryFiles } from '../../../../src/host/files/temporary-files';
import { sizeOf } from '../../../support/sample';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();
const DAY_MS = 86_400_000;
const OLD = new Date(Date.now() - 3 * DAY_MS);

const what = (more: object = {}) => ({
  dataDir: folder.path('data'),
  tempDirs: [folder.path('data/temp')],
  writtenBefore: Date.now() - DAY_MS,
  elsewhere: [],
  uid: undefined,
  keep: [],
  writers: NOBODY_ELSE,
  onlyFiles: true,
  ...more,
});

async function put(file: string, written: Date = OLD): Promise<string> {
  const full = folder.path(file);
  await mkdir(path.dirname(full), { recursive: true });
  await writeFile(full, '12345');
  await utimes(full, written, written);
  return full;
}

describe('temporary files', () => {
  it('go when they are old, in nested folders too; young ones and folders stay', async () => {
    const old = [await put('data/temp/a'), await put('data/temp/deep/er/b')];
    const young = await put('data/temp/deep/young', new Date());
    expect(await countTemporaryFiles(what())).toEqual({ files: 2, bytes: 10, notes: [] });
    await clearTemporaryFiles(what(), 100);
    expect(old.map((file) => existsSync(file))).toEqual([false, false]);
    expect(existsSync(young)).toBe(true);
    expect(await countTemporaryFiles(what())).toMatchObject({ files: 0 });
  });

  it('are never found through a link: to a file, to a folder, dangling', async () => {
    const precious = await put('elsewhere/precious');
    await put('data/temp/real');
    await symlink(folder.path('elsewhere'), folder.path('data/temp/folder'));
    await symlink(precious, folder.path('data/temp/file'));
    await symlink('/nowhere', folder.path('data/temp/dangling'));
    await clearTemporaryFiles(what(), 100);
    expect(existsSync(precious)).toBe(true);
    expect((await readdir(folder.path('data/temp'))).sort()).toEqual(['dangling', 'file', 'folder']);
  });

  it('are refused when the folder, or one on the way to it, is a link', async () => {
    const precious = await put('elsewhere/temp/precious');
    await mkdir(folder.path('data'));
    await symlink(folder.path('elsewhere/temp'), folder.path('data/temp'));
    await expect(clearTemporaryFiles(what(), 100)).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    await symlink(folder.path('elsewhere'), folder.path('data/step'));
    const below = what({ tempDirs: [folder.path('data/step/temp')] });
    await expect(clearTemporaryFiles(below, 100)).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    await symlink(folder.path('data'), folder.path('link'));
    const through = what({ dataDir: folder.path('link'), tempDirs: [folder.path('link/temp')] });
    await expect(clearTemporaryFiles(through, 100)).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    expect(existsSync(precious)).toBe(true);
  });

  it.each(['', '/', '.', 'temp', '/etc', '../temp', '/data/../etc'])(
    'are refused for the folder "%s"',
    async (tempDir) => {
      await put('data/temp/a');
      const first = folder.path('data/temp');
      await expect(clearTemporaryFiles(what({ tempDirs: [first, tempDir] }), 100)).rejects.toMatchObject({
        failure: 'UnsafeSelector',
      });
      expect(existsSync(folder.path('data/temp/a'))).toBe(true);
    },
  );

  it('are refused for dataDir itself and for a data folder "/"', async () => {
    await put('data/temp/a');
    await expect(countTemporaryFiles(what({ tempDirs: [folder.path('data')] }))).rejects.toThrow('not below dataDir');
    await expect(countTemporaryFiles(what({ dataDir: '/', tempDirs: ['/tmp'] }))).rejects.toThrow(
      'plain absolute path',
    );
  });

  it('of a missing folder are a note, also when dataDir is missing', async () => {
    const note = { files: 0, notes: [`${folder.path('data/temp')} does not exist`] };
    expect(await countTemporaryFiles(what())).toMatchObject(note);
    await mkdir(folder.path('data'));
    expect(await countTemporaryFiles(what())).toMatchObject(note);
  });

  it.each([
    ['another', () => ['-t', 'tmpfs', 'none']],
    ['the same', () => ['--bind', folder.path('elsewhere')]],
  ])('on a mount of %s file system are left alone', async (_which, source) => {
    await mkdir(folder.path('elsewhere'), { recursive: true });
    const how = source();
    if (process.getuid?.() !== 0) return;
    await put('data/temp/a');
    await mkdir(folder.path('data/temp/mounted'));
    try {
      execFileSync('mount', [...how, folder.path('data/temp/mounted')], { stdio: 'ignore' });
    } catch {
      return; // not allowed to mount here
    }
    try {
      const inside = await put('data/temp/mounted/inside');
      await clearTemporaryFiles(what(), 100);
      expect(existsSync(inside)).toBe(true);
      expect(existsSync(folder.path('data/temp/a'))).toBe(false);
    } finally {
      execFileSync('umount', [folder.path('data/temp/mounted')]);
    }
  });

  it('are never removed elsewhere while somebody swaps a folder for a link', async () => {
    const victims = await Promise.all(Array.from({ length: 20 }, (_, at) => put(`elsewhere/${at}`)));
    await mkdir(folder.path('data/temp'), { recursive: true });
    const swapper = startSwapping(folder.path('data/temp/swapped'), folder.path('elsewhere'));
    try {
      const rounds = sizeOf('swapped for links', { full: 150, sample: 30 });
      for (let round = 0; round < rounds; round++) {
        await put(`data/temp/bait-${round % 5}/x`);
        await clearTemporaryFiles(what(), 1_000);
      }
    } finally {
      await swapper.terminate();
    }
    expect(victims.filter((victim) => !existsSync(victim))).toEqual([]);
  });

  it('are removed no more than the limit at once', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, at) => put(`data/temp/${at}`)));
    await clearTemporaryFiles(what(), 4);
    expect(await countTemporaryFiles(what())).toMatchObject({ files: 6 });
  });
});

/** A thread that turns `name` into a real folder and into a link to `target`, as fast as it can. */
function startSwapping(name: string, target: string): Worker {
  const script = `
    const fs = require('node:fs');
    const { name, target } = require('node:worker_threads').workerData;
    for (;;) {
      try {
        fs.mkdirSync(name + '.real', { recursive: true });
        fs.writeFileSync(name + '.real/0', '');
        fs.renameSync(name + '.real', name);
        fs.rmSync(name, { recursive: true });
        fs.symlinkSync(target, name);
        fs.unlinkSync(name);
      } catch {}
    }`;
  return new Worker(script, { eval: true, workerData: { name, target } });
}
