import * as fs from 'node:fs';
import { refuseWhilePaused } from '../../../../src/host/fence/pause-file';
import { readRecord, writeRecord } from '../../../../src/host/fence/record-file';
import { useTempFolder } from '../support/temp-folder';

/** What was asked of the disk, in its order, and what is open. */
const mockCalls: string[] = [];
const mockOpen = new Set<number>();
let mockFailing: string | null = null;

jest.mock('node:fs', () => {
  const real = jest.requireActual<typeof fs>('node:fs');
  const kind = (fd: number) => (real.fstatSync(fd).isDirectory() ? ' folder' : '');
  const noted = (call: string) => {
    mockCalls.push(call);
    if (call === mockFailing) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  };
  return {
    ...real,
    openSync: (...args: Parameters<typeof fs.openSync>) => {
      const fd = real.openSync(...args);
      mockOpen.add(fd);
      return fd;
    },
    closeSync: (fd: number) => {
      mockOpen.delete(fd);
      real.closeSync(fd);
    },
    writeSync: (fd: number, bytes: Buffer, from = 0, length = bytes.length, at = 0) => {
      noted(`write at ${at}`);
      return real.writeSync(fd, bytes, from, length, at);
    },
    fsyncSync: (fd: number) => {
      noted(`sync${kind(fd)}`);
      real.fsyncSync(fd);
    },
    renameSync: (...args: Parameters<typeof fs.renameSync>) => {
      noted('rename');
      real.renameSync(...args);
    },
  };
});

const BLOCK = 4_096;
const folder = useTempFolder();
const file = () => folder.path('record');

beforeEach(() => {
  mockFailing = null;
  mockCalls.length = 0;
});

afterEach(() => expect([...mockOpen]).toEqual([]));

/** A block that a loss of power cut. */
function tear(block: 0 | 1): void {
  const fd = fs.openSync(file(), 'r+');
  fs.writeSync(fd, Buffer.from('torn'), 0, 4, block * BLOCK);
  fs.closeSync(fd);
  mockCalls.length = 0;
}

it('a record that is made is whole on the disk before it has its name, and its name is on the disk too', () => {
  writeRecord(file(), { a: 1 });
  expect(mockCalls).toEqual(['write at 0', 'sync', 'rename', 'sync folder']);
  expect(readRecord(file())).toEqual({ a: 1 });
});

it('the first block is on the disk before the second is begun', () => {
  writeRecord(file(), { a: 1 });
  mockCalls.length = 0;
  writeRecord(file(), { a: 2 });
  expect(mockCalls).toEqual(['write at 0', 'sync', `write at ${BLOCK}`, 'sync']);
  expect(readRecord(file())).toEqual({ a: 2 });
});

it.each([0, 1] as const)('the torn block %d is written first, for the other one is all that there is', (block) => {
  writeRecord(file(), { a: 1 });
  tear(block);
  writeRecord(file(), { a: 2 });
  expect(mockCalls[0]).toBe(`write at ${block * BLOCK}`);
  tear(block);
  expect(readRecord(file())).toEqual({ a: 2 });
});

it('a block that is older goes first', () => {
  writeRecord(file(), { a: 1 });
  writeRecord(file(), { a: 2 });
  mockFailing = `write at ${BLOCK}`;
  expect(() => writeRecord(file(), { a: 3 })).toThrow('no space left');
  mockFailing = null;
  mockCalls.length = 0;
  expect(readRecord(file())).toEqual({ a: 3 });
  writeRecord(file(), { a: 4 });
  expect(mockCalls[0]).toBe(`write at ${BLOCK}`);
});

it.each(['write at 0', 'sync'])('one that cannot be made (%s) leaves nothing, and can be made later', (call) => {
  mockFailing = call;
  expect(() => writeRecord(file(), { a: 1 })).toThrow('no space left');
  expect(fs.readdirSync(folder.path())).toEqual([]);
  mockFailing = null;
  fs.writeFileSync(`${file()}.new`, 'left behind by a kill');
  writeRecord(file(), { a: 1 });
  expect(readRecord(file())).toEqual({ a: 1 });
  expect(fs.readdirSync(folder.path())).toEqual(['record']);
});

it('nothing stays open where the folder cannot be kept on the disk, or the record is none', () => {
  mockFailing = 'sync folder';
  expect(() => writeRecord(file(), { a: 1 })).toThrow('no space left');
  mockFailing = null;
  fs.writeFileSync(file(), 'short');
  expect(() => readRecord(file())).toThrow('it has 5 bytes');
  expect(() => writeRecord(file(), { a: 2 })).toThrow('it has 5 bytes');
});

it('each block is lines of text, for whoever looks at the file', () => {
  writeRecord(file(), { a: 1 });
  const text = fs.readFileSync(file(), 'utf8');
  expect([text.length, text[BLOCK - 1], text[2 * BLOCK - 1]]).toEqual([2 * BLOCK, '\n', '\n']);
});

const put = (block: string, at: number, byte: string) => block.slice(0, at) + byte + block.slice(at + 1);

it.each<[string, (block: string) => string]>([
  ['without its end', (block) => put(block, BLOCK - 1, ' ')],
  ['with something of an older one', (block) => put(block, BLOCK - 2, 'x')],
  ['without lines', (block) => block.replaceAll('\n', ' ')],
])('a block %s is not whole', (_, spoilt) => {
  writeRecord(file(), { a: 1 });
  const block = fs.readFileSync(file(), 'utf8').slice(0, BLOCK);
  fs.writeFileSync(file(), spoilt(block).repeat(2));
  expect(() => readRecord(file())).toThrow('it holds no whole record');
});

it('a record is refused where it fills its block so that its last line has no end', () => {
  writeRecord(file(), { a: '' });
  const used = fs.readFileSync(file(), 'utf8').slice(0, BLOCK).trimEnd().length;
  const most = BLOCK - used - 2;
  writeRecord(file(), { a: 'x'.repeat(most) });
  expect(readRecord(file())).toEqual({ a: 'x'.repeat(most) });
  expect(() => writeRecord(file(), { a: 'x'.repeat(most + 1) })).toThrow();
  expect(readRecord(file())).toEqual({ a: 'x'.repeat(most) });
});

it('a folder in its place is no record', () => {
  fs.mkdirSync(file());
  expect(() => readRecord(file())).toThrow('it is no regular file');
});

it('a look at the pause file leaves nothing open', () => {
  fs.writeFileSync(file(), 'storage move\n');
  expect(() => refuseWhilePaused(file())).toThrow('(storage move)');
  fs.mkdirSync(folder.path('paused'));
  expect(() => refuseWhilePaused(folder.path('paused'))).toThrow('(no reason given)');
});
