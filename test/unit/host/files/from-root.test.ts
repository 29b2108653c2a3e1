import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { openFolderOf, openFromRoot, realPathOf } from '../../../../src/host/files/from-root';
import type { Way } from '../../../../src/host/files/from-root';
import { useTempFolder } from '../support/temp-folder';

const SERVICE = 61_983;
const folder = useTempFolder();
const onlyRoot = process.getuid?.() === 0 ? it : it.skip;
const writers = { uids: [SERVICE], gids: [SERVICE] };

/** Where one comes to. */
async function reached(place: string, way?: Way): Promise<string | undefined> {
  const opened = await openFromRoot(place, way);
  if (opened === undefined) return undefined;
  try {
    return await realPathOf(opened);
  } finally {
    await opened.close();
  }
}

function descriptorOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

async function holderOf(file: string): Promise<string | undefined> {
  const opened = await openFolderOf(file);
  try {
    return opened === undefined ? undefined : await realPathOf(opened);
  } finally {
    await opened?.close();
  }
}

beforeEach(() => mkdirSync(folder.path('a/b/c'), { recursive: true }));

describe('a way from the root folder', () => {
  it('leads to a folder, or nowhere where a step is missing', async () => {
    expect(await reached(folder.path('a/b'))).toBe(folder.path('a/b'));
    expect(await reached('/')).toBe('/');
    expect(await reached(folder.path('a/none/c'))).toBeUndefined();
    expect(await holderOf(folder.path('a/b/file'))).toBe(folder.path('a/b'));
    expect(await holderOf(folder.path('none/file'))).toBeUndefined();
  });

  it.each([
    ['absolute', (to: string) => to],
    ['relative', () => 'a/b'],
    ['upwards', () => '../../../../../../../../tmp/../'],
  ])('follows a link of root: %s', async (how, target) => {
    symlinkSync(target(folder.path('a/b')), folder.path('link'));
    const [place, end] =
      how === 'upwards' ? [folder.path('link', folder.path('a')), 'a'] : [folder.path('link/c'), 'a/b/c'];
    expect(await reached(place)).toBe(folder.path(end));
    expect(await holderOf(`${place}/file`)).toBe(folder.path(end));
  });

  it('follows links through links, but not for ever', async () => {
    symlinkSync(folder.path('a'), folder.path('one'));
    symlinkSync(folder.path('one/b'), folder.path('two'));
    expect(await reached(folder.path('two/c'))).toBe(folder.path('a/b/c'));
    symlinkSync(folder.path('loop'), folder.path('loop'));
    await expect(reached(folder.path('loop/c'))).rejects.toThrow(/too many links/);
  });

  it('does not end in a link, whoever made it; nor in a file', async () => {
    symlinkSync(folder.path('a'), folder.path('link'));
    writeFileSync(folder.path('file'), '');
    await expect(reached(folder.path('link'))).rejects.toThrow(/link is a link; configure its real path/);
    await expect(reached(folder.path('file'))).rejects.toThrow(/file is no folder/);
    await expect(reached(folder.path('file/below'))).rejects.toThrow(/file is no folder/);
    await expect(reached('relative')).rejects.toThrow(/no absolute path/);
    expect(await holderOf(folder.path('link/file'))).toBe(folder.path('a'));
  });

  onlyRoot('needs no right to list the folders on the way', async () => {
    for (const place of ['', 'a', 'a/b']) chmodSync(folder.path(place), 0o711);
    process.seteuid!(SERVICE);
    try {
      expect(await reached(folder.path('a/b/c'))).toBe(folder.path('a/b/c'));
      await expect(reached(folder.path('a/b'))).rejects.toThrow(/b cannot be entered \(EACCES/);
    } finally {
      process.seteuid!(0);
    }
  });

  it('leaves nothing open, wherever it ends', async () => {
    symlinkSync(folder.path('a'), folder.path('link'));
    symlinkSync(folder.path('loop'), folder.path('loop'));
    writeFileSync(folder.path('file'), '');
    const open = () =>
      readdirSync('/proc/self/fd')
        .map((fd) => descriptorOf(fd))
        .filter((at) => at.startsWith(folder.path()));
    const strict = { writers: { uids: [], gids: [] } };
    for (const place of ['a/b', 'none/b', 'link', 'link/b', 'loop/b', 'file/b', 'file']) {
      await reached(folder.path(place), strict).catch(() => undefined);
      await holderOf(folder.path(place)).catch(() => undefined);
    }
    chmodSync(folder.path('a'), 0o777);
    await expect(openFromRoot(folder.path('a/b'), strict)).rejects.toThrow();
    await expect(openFolderOf(folder.path('a/b'), strict)).rejects.toThrow();
    expect(open()).toEqual([]);
  });

  it('is made where that is asked for, and not through a link that leads nowhere', async () => {
    expect(await reached(folder.path('new/er'), { make: 0o700 })).toBe(folder.path('new/er'));
    expect(['new', 'new/er'].map((name) => statSync(folder.path(name)).mode & 0o777)).toEqual([0o700, 0o700]);
    const many = await Promise.all(
      Array.from({ length: 20 }, async () => await reached(folder.path('at/once'), { make: 0o700 })),
    );
    expect(new Set(many)).toEqual(new Set([folder.path('at/once')]));
    symlinkSync(folder.path('nowhere'), folder.path('a/link'));
    await expect(reached(folder.path('a/link'), { make: 0o700 })).rejects.toThrow(/link is a link/);
  });
});

describe('who may write on the way', () => {
  onlyRoot('are root and those who are named, as owner or by their group', async () => {
    const open = async () => await reached(folder.path('a/b/c'), { writers });
    chownSync(folder.path('a'), SERVICE, SERVICE);
    chmodSync(folder.path('a'), 0o775);
    expect(await open()).toBe(folder.path('a/b/c'));
    chownSync(folder.path('a'), 0, 0);
    expect(await open()).toBe(folder.path('a/b/c'));
    chownSync(folder.path('a'), 0, SERVICE + 1);
    await expect(open()).rejects.toThrow(/a may be written by others \(group 61984\)/);
    chownSync(folder.path('a'), SERVICE + 1, SERVICE);
    await expect(open()).rejects.toThrow(/a belongs to another user \(uid 61984\)/);
    expect(await reached(folder.path('a/b/c'))).toBe(folder.path('a/b/c'));
  });

  onlyRoot('does not count for the folder itself: it may be what is to be mended', async () => {
    chmodSync(folder.path('a/b'), 0o777);
    chownSync(folder.path('a/b'), SERVICE + 1, SERVICE + 1);
    expect(await reached(folder.path('a/b'), { writers })).toBe(folder.path('a/b'));
    await expect(openFolderOf(folder.path('a/b/file'), { writers })).rejects.toMatchObject({
      failure: 'UnsafeSelector',
    });
  });

  onlyRoot(
    'may be everybody in a sticky folder, where the next step is of root or of those who are named',
    async () => {
      chmodSync(folder.path('a'), 0o1777);
      const open = async () => await reached(folder.path('a/b'), { writers });
      expect(await open()).toBe(folder.path('a/b'));
      chownSync(folder.path('a/b'), SERVICE, SERVICE);
      expect(await open()).toBe(folder.path('a/b'));
      chownSync(folder.path('a/b'), SERVICE + 1, SERVICE + 1);
      await expect(open()).rejects.toThrow(
        /b belongs to another user \(uid 61984\), in a folder that others may write to/,
      );
    },
  );

  onlyRoot('is asked of a link’s folder too: it is followed only out of a folder that is root’s alone', async () => {
    symlinkSync(folder.path('a/b'), folder.path('a/link'));
    expect(await reached(folder.path('a/link/c'))).toBe(folder.path('a/b/c'));
    for (const mode of [0o775, 0o1777]) {
      chmodSync(folder.path('a'), mode);
      await expect(reached(folder.path('a/link/c'))).rejects.toThrow(/link is a link that root did not make/);
    }
    chmodSync(folder.path('a'), 0o755);
    lchownSync(folder.path('a/link'), SERVICE, SERVICE);
    await expect(reached(folder.path('a/link/c'))).rejects.toThrow(/link is a link that root did not make/);
  });
});
