import { chmodSync, chownSync, existsSync, lchownSync, lstatSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { readFileSync, renameSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { mendPermissions } from '../../../../src/host/files/permissions';
import { clearTemporaryFiles } from '../../../../src/host/files/temporary-files';
import { readLogTail } from '../../../../src/host/logs/log-tail';
import { createFileStore } from '../../../../src/host/settings-store/file';
import { createStructuredFormat } from '../../../../src/host/settings-store/structured';
import { useTempFolder } from '../support/temp-folder';

/** Of the service, which owns a folder above what root works on. */
const SERVICE = { uid: 61_981, gid: 61_981 };
const WRITERS = { uids: [SERVICE.uid], gids: [SERVICE.gid] };
const OLD = new Date(0);
const names = { users: new Map(), groups: new Map() };
const folder = useTempFolder();
const data = () => folder.path('srv/app/data');
const precious = (name: string) => folder.path('elsewhere/data', name);

function put(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '{"max_qps": 8}\n', { mode: 0o600 });
  utimesSync(file, OLD, OLD);
}

/** The service puts a link to somebody else's folder in the place of a step that is not the last one. */
function swap(owner = SERVICE): void {
  renameSync(folder.path('srv/app'), folder.path('srv/old'));
  symlinkSync(folder.path('elsewhere'), folder.path('srv/app'));
  lchownSync(folder.path('srv/app'), owner.uid, owner.gid);
}

const mend = async () => await mendPermissions({ folder: data(), owner: SERVICE, writers: WRITERS, names }, 100);
const clear = async () => {
  const temp = { dataDir: data(), tempDirs: [path.join(data(), 'temp')], elsewhere: [], uid: SERVICE.uid, keep: [] };
  return await clearTemporaryFiles({ ...temp, writers: WRITERS, writtenBefore: Date.now() }, 100);
};
const clearElsewhere = async () => {
  const elsewhere = [{ folder: data(), prefix: 'kingfisher-' }];
  const temp = { dataDir: data(), tempDirs: [], elsewhere, uid: SERVICE.uid, keep: [] };
  return await clearTemporaryFiles({ ...temp, writers: WRITERS, writtenBefore: Date.now() }, 100);
};
const store = () => {
  const format = createStructuredFormat('json', ['max_qps']);
  return createFileStore(path.join(data(), 'settings.json'), format, { writers: async () => WRITERS });
};
const set = async () => await store().replace(await store().read(), 4);
const readLog = async () => await readLogTail(path.join(data(), 'settings.json'), 10, (text) => text);

const CHANGES: [string, () => Promise<unknown>][] = [
  ['permissions', mend],
  ['temporary files', clear],
  ['temporary files elsewhere', clearElsewhere],
  ['a setting', set],
];

beforeEach(() => {
  for (const place of [data(), folder.path('elsewhere/data')]) {
    for (const name of ['file', 'temp/file', 'kingfisher-file', 'settings.json']) put(path.join(place, name));
  }
  chownSync(precious('kingfisher-file'), SERVICE.uid, SERVICE.gid);
  chownSync(folder.path('srv'), SERVICE.uid, SERVICE.gid);
  chownSync(folder.path('srv/app'), SERVICE.uid, SERVICE.gid);
});

(process.getuid?.() === 0 ? describe : describe.skip)('a step above the last of a path', () => {
  it.each([...CHANGES, ['the end of a log', readLog] as (typeof CHANGES)[number]])(
    'that the service swapped for a link leads nowhere: %s',
    async (_what, change) => {
      swap();
      const before = lstatSync(precious('file'));
      await expect(change()).rejects.toMatchObject({ failure: 'UnsafeSelector' });
      await expect(change()).rejects.toThrow(/srv\/app\/data.*: app is a link/);
      expect(lstatSync(precious('file'))).toEqual(before);
      expect(['temp/file', 'kingfisher-file'].map((name) => existsSync(precious(name)))).toEqual([true, true]);
      expect(readFileSync(precious('settings.json'), 'utf8')).toBe('{"max_qps": 8}\n');
    },
  );

  it.each(CHANGES)('that is a link of root is refused in a folder of the service: %s', async (_what, change) => {
    swap({ uid: 0, gid: 0 });
    await expect(change()).rejects.toMatchObject({ failure: 'UnsafeSelector' });
  });

  it.each(CHANGES)('is followed where root made the link in a folder of its own: %s', async (_what, change) => {
    chownSync(folder.path('srv'), 0, 0);
    swap({ uid: 0, gid: 0 });
    await change();
  });

  it.each(CHANGES)('may not lie in a folder that everybody may write to: %s', async (_what, change) => {
    chmodSync(folder.path('srv'), 0o777);
    await expect(change()).rejects.toThrow(/srv\/app\/data.*srv.* may be written by others/);
    chmodSync(folder.path('srv'), 0o1777);
    await change();
  });

  it.each(CHANGES)('may not be of a third user: %s', async (_what, change) => {
    chmodSync(folder.path('srv'), 0o1777);
    chownSync(folder.path('srv/app'), 61_982, 61_982);
    await expect(change()).rejects.toThrow(/srv\/app\/data.*app belongs to another user/);
  });
});
