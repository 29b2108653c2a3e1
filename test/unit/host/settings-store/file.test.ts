import {
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createFileStore } from '../../../../src/host/settings-store/file';
import { createStructuredFormat } from '../../../../src/host/settings-store/structured';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();
const format = createStructuredFormat('json', ['max_qps']);
const file = () => folder.path('config', 'kingfisher.json');
const store = () => createFileStore(file(), format);
const onlyRoot = process.getuid?.() === 0 ? it : it.skip;

function write(content: string | Buffer): void {
  writeFileSync(file(), content);
}

beforeEach(() => {
  mkdirSync(folder.path('config'));
  write('{"max_qps": 8}\n');
});

describe('a setting in a file', () => {
  it('is read with a version, and replaced', async () => {
    const found = await store().read();
    expect(found).toMatchObject({ evidence: 'present', value: 8, version: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await store().replace(found, 4)).toBe(true);
    expect(readFileSync(file(), 'utf8')).toBe('{"max_qps": 4}\n');
    expect((await store().read()).version).not.toBe(found.version);
    expect(readdirSync(folder.path('config'))).toEqual(['kingfisher.json']);
  });

  onlyRoot('keeps owner, group and mode', async () => {
    chmodSync(file(), 0o640);
    chownSync(file(), 1234, 4321);
    await store().replace(await store().read(), 4);
    expect(statSync(file())).toMatchObject({ uid: 1234, gid: 4321, mode: 0o100640 });
  });

  it('is left alone when somebody wrote in between, even another key', async () => {
    const found = await store().read();
    write('{"max_qps": 8, "other": 1}\n');
    expect(await store().replace(found, 4)).toBe(false);
    expect(readFileSync(file(), 'utf8')).toBe('{"max_qps": 8, "other": 1}\n');
  });

  it('is left alone when somebody writes at the last moment', async () => {
    const found = await store().read();
    const late = { ...format, change: (text: string) => (write('{"max_qps": 6}\n'), format.change(text, 4)) };
    expect(await createFileStore(file(), late).replace(found, 4)).toBe(false);
    expect(readFileSync(file(), 'utf8')).toBe('{"max_qps": 6}\n');
    expect(readdirSync(folder.path('config'))).toEqual(['kingfisher.json']);
  });

  it('is left alone when somebody puts another file in its place, with the same content', async () => {
    const found = await store().read();
    const replace = () => {
      writeFileSync(folder.path('config', 'other'), '{"max_qps": 8}\n', { mode: 0o600 });
      renameSync(folder.path('config', 'other'), file());
    };
    const late = { ...format, change: (text: string) => (replace(), format.change(text, 4)) };
    expect(await createFileStore(file(), late).replace(found, 4)).toBe(false);
    expect(statSync(file())).toMatchObject({ mode: 0o100600 });
    expect(readFileSync(file(), 'utf8')).toBe('{"max_qps": 8}\n');
  });

  it('takes no notice of what an attempt that died left beside it', async () => {
    writeFileSync(folder.path('config', '.kingfisher.json.halcyon-new'), '{"max_q');
    expect(await store().replace(await store().read(), 4)).toBe(true);
    expect(readdirSync(folder.path('config'))).toEqual(['kingfisher.json']);
  });

  it.each([
    ['half written', '{"max_qps":'],
    ['no UTF-8', Buffer.from([0xff, 0xfe, 0x7b])],
    ['empty', ''],
  ])('is malformed when the file is %s', async (_how, content) => {
    write(content);
    expect(await store().read()).toMatchObject({ evidence: 'malformed', value: null });
  });

  it('is absent without the file, its folder, or the key', async () => {
    write('{}');
    expect(await store().read()).toMatchObject({ evidence: 'absent' });
    const elsewhere = createFileStore(folder.path('none', 'kingfisher.json'), format);
    expect(await elsewhere.read()).toMatchObject({ evidence: 'absent' });
    expect(await createFileStore(folder.path('config', 'none.json'), format).read()).toMatchObject({
      evidence: 'absent',
    });
  });
});

describe('links', () => {
  it('are not followed in place of the file', async () => {
    renameSync(file(), folder.path('real.json'));
    symlinkSync(folder.path('real.json'), file());
    await expect(store().read()).rejects.toMatchObject({ failure: 'UnsafeSelector' });
  });

  onlyRoot('are not followed in place of a folder, where root did not make them', async () => {
    symlinkSync(folder.path('config'), folder.path('link'));
    lchownSync(folder.path('link'), 65_534, 65_534);
    const linked = createFileStore(folder.path('link', 'kingfisher.json'), format);
    await expect(linked.read()).rejects.toMatchObject({ failure: 'UnsafeSelector' });
  });

  it('to the same content by another name are refused', async () => {
    linkSync(file(), folder.path('other.json'));
    await expect(store().read()).rejects.toMatchObject({ failure: 'UnsafeSelector' });
  });

  it('slipped in after the look are not written through', async () => {
    const found = await store().read();
    renameSync(file(), folder.path('real.json'));
    symlinkSync(folder.path('real.json'), file());
    await expect(store().replace(found, 4)).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    expect(readFileSync(folder.path('real.json'), 'utf8')).toBe('{"max_qps": 8}\n');
  });
});
