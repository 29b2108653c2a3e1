import { chmodSync, chownSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createFileStore } from '../../../../src/host/settings-store/file';
import { createStructuredFormat } from '../../../../src/host/settings-store/structured';
import { runCommand } from '../../../../src/host/programs/commands';
import { DEFAULT_ACL, READER_ACL, attributesOf, setAttributes } from '../support/attributes';
import { useTempFolder } from '../support/temp-folder';

const NOTE = { 'user.note': '6869' };
const CAPABILITY = { 'security.capability': '0100000200200000000000000000000000000000' };
const FALSE = { program: '/bin/false', args: [], timeoutMs: 5_000 };
const SAID = 'cp: setting attributes: No space left\ncp: more\n';
const folder = useTempFolder();
const file = () => folder.path('kingfisher.json');
const onlyRoot = process.getuid?.() === 0 ? it : it.skip;
const format = createStructuredFormat('json', ['max_qps']);

async function replaced(run = runCommand): Promise<boolean> {
  const store = createFileStore(file(), format, { run });
  return await store.replace(await store.read(), 4);
}

beforeEach(() => writeFileSync(file(), '{"max_qps": 8}\n'));

describe('a file that is replaced', () => {
  onlyRoot('keeps its ACL and its extended attributes, with owner, group and mode', async () => {
    chownSync(file(), 1234, 4321);
    chmodSync(file(), 0o640);
    if (setAttributes(file(), { ...READER_ACL, ...NOTE }) === undefined) return;
    const before = statSync(file());
    expect(await replaced()).toBe(true);
    expect(readFileSync(file(), 'utf8')).toBe('{"max_qps": 4}\n');
    expect(attributesOf(file())).toEqual({ ...READER_ACL, ...NOTE });
    expect(statSync(file())).toMatchObject({ uid: before.uid, gid: before.gid, mode: before.mode });
  });

  onlyRoot('gets none that it had not: those that its folder gives to new files', async () => {
    if (setAttributes(folder.path(), DEFAULT_ACL) === undefined) return;
    expect(await replaced()).toBe(true);
    expect(attributesOf(file())).toEqual({});
  });

  onlyRoot('keeps nothing that would make its new content privileged', async () => {
    chmodSync(file(), 0o4755);
    const isSet = setAttributes(file(), CAPABILITY);
    expect(await replaced()).toBe(true);
    expect(statSync(file()).mode & 0o7777).toBe(0o755);
    if (isSet) expect(attributesOf(file())).toEqual({});
  });

  it.each([
    [
      'refused',
      /: cp: setting attributes: No space left; nothing/,
      async () => ({ ...(await runCommand(FALSE)), stderr: SAID }),
    ],
    ['not possible', /: cannot start cp; nothing/, async () => Promise.reject(new Error('cannot start cp'))],
    [
      'silently not done',
      /: they are others afterwards; nothing/,
      async () => await runCommand({ ...FALSE, program: '/bin/true' }),
    ],
  ])('is not replaced where that is %s, and people hear why', async (_how, why, run) => {
    chmodSync(file(), 0o644);
    const change = replaced(run);
    await expect(change).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    await expect(change).rejects.toThrow(why);
    expect(readFileSync(file(), 'utf8')).toBe('{"max_qps": 8}\n');
    expect(readdirSync(folder.path())).toEqual(['kingfisher.json']);
  });
});
