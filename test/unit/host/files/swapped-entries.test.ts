import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { mendPermissions } from '../../../../src/host/files/permissions';
import { clearTemporaryFiles } from '../../../../src/host/files/temporary-files';
import { NOBODY_ELSE } from '../../../../src/host/files/from-root';
import { useTempFolder } from '../support/temp-folder';

const owner = { uid: 61_984, gid: 61_984 };
const names = { users: new Map(), groups: new Map() };
const folder = useTempFolder();
const entry = () => folder.path('data/entry');
const precious = () => folder.path('elsewhere/precious');

beforeEach(() => {
  for (const name of ['data', 'elsewhere', 'tmp']) mkdirSync(folder.path(name));
  writeFileSync(entry(), '', { mode: 0o600 });
  writeFileSync(precious(), '', { mode: 0o600 });
  // Nothing is to be changed of it: the first that is changed is the entry.
  chmodSync(folder.path('data'), 0o755);
  chownSync(folder.path('data'), owner.uid, owner.gid);
});

/** Mends, with something else put in the entry's place after it was looked at. */
async function mendAfter(swap: () => void): Promise<void> {
  const mayStillChange = jest.fn(swap);
  await mendPermissions({ folder: folder.path('data'), owner, writers: NOBODY_ELSE, names, mayStillChange }, 100);
  expect(mayStillChange).toHaveBeenCalledTimes(1);
}

(process.getuid?.() === 0 ? describe : describe.skip)('what has the place of an entry after it was looked at', () => {
  it("is left alone where it is somebody else's file by a second name", async () => {
    const before = statSync(precious());
    await mendAfter(() => {
      rmSync(entry());
      linkSync(precious(), entry());
    });
    expect(statSync(entry())).toMatchObject({ ino: before.ino, uid: 0, gid: 0, mode: before.mode });
  });

  it('is left alone where it is a pipe', async () => {
    await mendAfter(() => {
      rmSync(entry());
      execFileSync('mkfifo', ['-m', '600', entry()]);
    });
    expect(lstatSync(entry())).toMatchObject({ uid: 0, gid: 0 });
  });

  it('is left alone where it is mounted there', async () => {
    let isMounted = false;
    try {
      await mendAfter(() => {
        execFileSync('mount', ['--bind', precious(), entry()]);
        isMounted = true;
      });
      expect(statSync(precious())).toMatchObject({ uid: 0, gid: 0, mode: 0o100600 });
    } finally {
      if (isMounted) execFileSync('umount', [entry()]);
    }
  });

  it('is not emptied where it is the folder of another user, though the one that was listed was the service’s', async () => {
    const [own, theirs] = [folder.path('tmp/kingfisher-x'), folder.path('elsewhere/theirs')];
    for (const place of [own, theirs]) {
      mkdirSync(place);
      writeFileSync(`${place}/file`, '');
      chownSync(`${place}/file`, owner.uid, owner.gid);
    }
    chownSync(own, owner.uid, owner.gid);
    writeFileSync(folder.path('tmp/kingfisher-first'), '');
    chownSync(folder.path('tmp/kingfisher-first'), owner.uid, owner.gid);
    // Asked before the first file goes, when the folders beside it are listed and not entered.
    const mayStillChange = jest.fn().mockImplementationOnce(() => {
      renameSync(own, folder.path('tmp/gone'));
      renameSync(theirs, own);
    });
    const elsewhere = [{ folder: folder.path('tmp'), prefix: 'kingfisher-' }];
    const what = { dataDir: folder.path('data'), tempDirs: [], elsewhere, uid: owner.uid, writers: NOBODY_ELSE };
    const found = await clearTemporaryFiles({ ...what, writtenBefore: Infinity, keep: [], mayStillChange }, 100);
    expect(found).toMatchObject({ files: 1, notes: [`${own} is not the service's, left`] });
    expect(statSync(`${own}/file`)).toMatchObject({ uid: owner.uid });
  });
});
