import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { ChangePermit } from '../../shared/safety/permit';
import { errorCode, errorText } from '../errors';

/**
 * The newest token on the disk. The file is written whole when it is made and only ever overwritten in place, so that it
 * needs no room on a disk that has none. It holds the same record twice, in two blocks: the second is written when the first
 * is on the disk. So one of them is whole at every moment, and what a loss of power tore counts for nothing.
 */

const SLOT_BYTES = 4_096;
const SLOTS = [0, 1] as const;
const SIZE_BYTES = SLOT_BYTES * SLOTS.length;
const HOLDER_CHARACTERS = 300;
/** A reader that is slow may meet both writes of one record on their way. */
const LOOKS = 3;
const NO_LINKS = constants.O_NOFOLLOW | constants.O_NONBLOCK;

interface Record {
  token: number;
  holder: string;
  /** ISO 8601, for people. */
  at: string;
}

/** The file is there and says nothing that can be believed. */
export class FenceMalformed extends Error {
  override readonly name = 'FenceMalformed';
}

/** The newest token; `undefined` where there is no file, and only then. */
export function readToken(file: string): number | undefined {
  const fd = open(file, constants.O_RDONLY);
  if (fd === undefined) return undefined;
  try {
    return newest(fd);
  } finally {
    closeSync(fd);
  }
}

/** Overwrites the file, or makes it. To be called by one at a time. */
export function writeToken(file: string, permit: Pick<ChangePermit, 'token' | 'holder'>): void {
  const record = {
    token: permit.token,
    holder: permit.holder.slice(0, HOLDER_CHARACTERS),
    at: new Date().toISOString(),
  };
  const fd = open(file, constants.O_RDWR);
  if (fd === undefined) return make(file, record);
  try {
    newest(fd);
    // What is torn or older goes first: until it is whole the other one must stay.
    const [first = -1, second = -1] = slotsOf(fd);
    for (const slot of first <= second ? SLOTS : SLOTS.toReversed()) {
      writeSync(fd, encode(record), 0, SLOT_BYTES, slot * SLOT_BYTES);
      fsyncSync(fd);
    }
  } finally {
    closeSync(fd);
  }
}

/** Appears under its name with all of its content at once. */
function make(file: string, record: Record): void {
  const fresh = `${file}.new`;
  rmSync(fresh, { force: true });
  const fd = openSync(fresh, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    writeSync(fd, Buffer.concat(SLOTS.map(() => encode(record))));
    fsyncSync(fd);
  } catch (err) {
    rmSync(fresh, { force: true });
    throw err;
  } finally {
    closeSync(fd);
  }
  renameSync(fresh, file);
  const folder = openSync(path.dirname(file), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function open(file: string, how: number): number | undefined {
  try {
    return openSync(file, how | NO_LINKS);
  } catch (err) {
    if (errorCode(err) === 'ENOENT') return undefined;
    throw new FenceMalformed(errorText(err));
  }
}

function newest(fd: number): number {
  const stat = fstatSync(fd);
  if (!stat.isFile()) throw new FenceMalformed('it is no regular file');
  if (stat.size !== SIZE_BYTES) throw new FenceMalformed(`it has ${stat.size} bytes, not ${SIZE_BYTES}`);
  for (let look = 0; look < LOOKS; look++) {
    const tokens = slotsOf(fd).filter((token) => token !== undefined);
    if (tokens.length > 0) return Math.max(...tokens);
  }
  throw new FenceMalformed('it holds no token');
}

/** The token of each slot; `undefined` for one that is not whole. */
function slotsOf(fd: number): (number | undefined)[] {
  const bytes = Buffer.alloc(SIZE_BYTES);
  readSync(fd, bytes, 0, SIZE_BYTES, 0);
  return SLOTS.map((slot) => decode(bytes.subarray(slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES).toString('utf8')));
}

/** A line of JSON, its checksum, and spaces to the end of the block. */
function encode(record: Record): Buffer {
  const json = JSON.stringify(record);
  const block = Buffer.alloc(SLOT_BYTES, ' ');
  block.write(`${json}\n${checksum(json)}\n`);
  block.write('\n', SLOT_BYTES - 1);
  return block;
}

function decode(block: string): number | undefined {
  const [json = '', sum, rest = ''] = block.split('\n');
  if (sum !== checksum(json) || rest.trim() !== '') return undefined;
  const { token } = JSON.parse(json) as Record;
  return Number.isSafeInteger(token) && token >= 0 ? token : undefined;
}

function checksum(json: string): string {
  return createHash('sha256').update(json).digest('hex');
}
