import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, linkSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { NOBODY_ELSE } from '../../../../src/host/files/from-root';
import { countPermissions, mendPermissions } from '../../../../src/host/files/permissions';
import { findOwner } from '../../../../src/host/files/permissions-wanted';
import { sizeOf } from '../../../support/sample';
import { whileMounted } from '../support/bind-mount';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();
const isRoot = process.getuid?.() === 0;
const owner = isRoot ? { uid: 61_978, gid: 61_979 } : { uid: process.getuid!(), gid: process.getgid!() };
const names = { users: new Map([[0, 'root']]), groups: new Map([[0, 'root']]) };
const what = () => ({ folder: folder.path('data'), owner, writers: NOBODY_ELSE, names });

beforeEach(() => mkdirSync(folder.path('data'), { mode: 0o700 }));

function put(file: string, mode = 0o600): string {
  const full = folder.path(file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, 'x');
  chmodSync(full, mode);
  return full;
}

function right(file: string): void {
  chownSync(file, owner.uid, owner.gid);
  chmodSync(file, lstatSync(file).isDirectory() ? 0o755 : 0o644);
}

const seen = (file: string) => {
  const { mode, uid, gid, ctimeMs } = lstatSync(file);
  return { mode: (mode & 0o7777).toString(8), uid, gid, ctimeMs };
};

describe('permissions', () => {
  it('are mended where they differ, folders and files, and nowhere else', async () => {
    const good = put('data/images/good');
    right(good);
    const untouched = seen(good);
    const bad = [put('data/images/2026/a'), put('data/images/2026/run', 0o4777), put('data/ro', 0o000)];
    const before = await countPermissions(what());
    expect(before).toMatchObject({ entries: 7, different: 6, skipped: 0, notes: [] });
    await mendPermissions(what(), 100);
    expect(await countPermissions(what())).toMatchObject({ entries: 7, different: 0, examples: [] });
    for (const file of bad) expect(seen(file)).toMatchObject({ mode: '644', ...owner });
    expect(seen(folder.path('data/images/2026'))).toMatchObject({ mode: '755', ...owner });
    expect(seen(folder.path('data'))).toMatchObject({ mode: '755', ...owner });
    expect(seen(good)).toEqual(untouched);
  });

  it('that differ are shown with what they are and should be', async () => {
    right(folder.path('data'));
    const file = put('data/a', 0o640);
    const { examples } = await countPermissions(what());
    const was = isRoot ? 'root:root' : `${owner.uid}:${owner.gid}`;
    expect(examples).toEqual([`${file}: ${was} 0640 -> ${owner.uid}:${owner.gid} 0644`]);
  });

  it('of what a link points to are left alone', async () => {
    const precious = put('elsewhere/passwd');
    const before = [seen(precious), seen(folder.path('elsewhere'))];
    symlinkSync(precious, folder.path('data/file'));
    symlinkSync(folder.path('elsewhere'), folder.path('data/folder'));
    symlinkSync('/nowhere', folder.path('data/dangling'));
    const found = await mendPermissions(what(), 100);
    expect(found).toMatchObject({ entries: 1, skipped: 3 });
    expect([seen(precious), seen(folder.path('elsewhere'))]).toEqual(before);
  });

  it('are refused for a link in place of the folder, and none for a missing one', async () => {
    symlinkSync(folder.path('data'), folder.path('link'));
    const linked = { ...what(), folder: folder.path('link') };
    await expect(mendPermissions(linked, 100)).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    const missing = await mendPermissions({ ...what(), folder: folder.path('none') }, 100);
    expect(missing).toMatchObject({ entries: 0, notes: [`${folder.path('none')} does not exist`] });
  });

  it("of Halcyon's own quarantine stay as they are, with all in it", async () => {
    const spared = folder.path('data/quarantine');
    mkdirSync(path.join(spared, '1'), { recursive: true });
    chmodSync(spared, 0o700);
    writeFileSync(path.join(spared, '1/image.jpg'), 'x', { mode: 0o600 });
    expect(await mendPermissions({ ...what(), spared }, 100)).toMatchObject({ entries: 1, skipped: 1 });
    expect([seen(spared).mode, seen(path.join(spared, '1/image.jpg')).mode]).toEqual(['700', '600']);
  });

  it('of pipes are left alone, and nobody waits for them', async () => {
    execFileSync('mkfifo', ['-m', '600', folder.path('data/pipe')]);
    expect(await mendPermissions(what(), 100)).toMatchObject({ entries: 1, skipped: 1 });
    expect(seen(folder.path('data/pipe'))).toMatchObject({ mode: '600' });
  });

  it('are mended for no more than the limit', async () => {
    right(folder.path('data'));
    for (let at = 0; at < 40; at++) put(`data/${at}`);
    await mendPermissions(what(), 7);
    expect(await countPermissions(what())).toMatchObject({ different: 33 });
  });

  it('of twenty thousand files are mended whole', async () => {
    for (let day = 0; day < 10; day++) mkdirSync(folder.path('data', String(day)));
    for (let at = 0; at < 20_000; at++)
      writeFileSync(folder.path('data', String(at % 10), String(at)), '', { mode: 0o600 });
    expect(await mendPermissions(what(), 30_000)).toMatchObject({ entries: 20_011 });
    expect(await countPermissions(what())).toMatchObject({ entries: 20_011, different: 0 });
    // Two minutes on a machine whose disk is busy; seconds else.
  }, 240_000);

  it('of an owner that the host does not have are not configured', async () => {
    const group = { user: 'root', group: 'no-such-group' };
    await expect(findOwner(group)).rejects.toMatchObject({ failure: 'NotConfigured' });
    await expect(findOwner({ user: 'no-such-user', group: 'root' })).rejects.toMatchObject({
      failure: 'NotConfigured',
    });
    expect(await findOwner({ user: 'root', group: 'daemon' })).toMatchObject({ uid: 0, gid: 1 });
  });
});

(isRoot ? describe : describe.skip)('permissions, as root,', () => {
  it("of somebody else's file that has a second name here are left alone; of the owner's own not", async () => {
    const precious = put('elsewhere/passwd');
    linkSync(precious, folder.path('data/trap'));
    const own = put('data/own');
    chownSync(own, owner.uid, owner.gid);
    linkSync(own, folder.path('data/own-too'));
    const before = seen(precious);
    expect(await mendPermissions(what(), 100)).toMatchObject({ entries: 3, skipped: 1 });
    expect(seen(precious)).toEqual(before);
    expect(seen(own)).toMatchObject({ mode: '644' });
  });

  it('of what is mounted below, from the same file system too, are left alone', async () => {
    const precious = put('elsewhere/inside');
    mkdirSync(folder.path('data/mounted'));
    await whileMounted(folder.path('elsewhere'), folder.path('data/mounted'), async () => {
      const before = seen(precious);
      const note = `${folder.path('data/mounted')} is mounted there, left alone`;
      expect(await mendPermissions(what(), 100)).toMatchObject({ entries: 1, skipped: 1, notes: [note] });
      expect(seen(precious)).toEqual(before);
    });
  });

  it('are never changed elsewhere while somebody swaps files and folders for links', async () => {
    const victims = [
      put('elsewhere/0'),
      put('elsewhere/deep/0'),
      folder.path('elsewhere/deep'),
      folder.path('elsewhere'),
    ];
    const before = victims.map(seen);
    const swapper = startSwapping(folder.path('data'), folder.path('elsewhere'));
    try {
      const rounds = sizeOf('swapped for links', { full: 200, sample: 40 });
      for (let round = 0; round < rounds; round++) await mendPermissions(what(), 1_000);
    } finally {
      await swapper.terminate();
    }
    expect(victims.map(seen)).toEqual(before);
  });
});

/** A thread that makes entries of `folder` now real and now links into `target`, as fast as it can. */
function startSwapping(data: string, target: string): Worker {
  const script = `
    const fs = require('node:fs');
    const { data, target } = require('node:worker_threads').workerData;
    for (;;) {
      try {
        fs.writeFileSync(data + '/file', '', { mode: 0o600 });
        fs.mkdirSync(data + '/folder/deep', { recursive: true });
        fs.writeFileSync(data + '/folder/0', '', { mode: 0o600 });
        fs.unlinkSync(data + '/file');
        fs.symlinkSync(target + '/0', data + '/file');
        fs.rmSync(data + '/folder', { recursive: true });
        fs.symlinkSync(target, data + '/folder');
        fs.unlinkSync(data + '/folder');
        fs.unlinkSync(data + '/file');
      } catch {}
    }`;
  return new Worker(script, { eval: true, workerData: { data, target } });
}
