import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { errorCode, errorText } from '../errors';

/**
 * A small record on the disk, such as the newest token. Its file is written whole when it is made and only ever overwritten
 * in place, so that it needs no room on a disk that has none. It holds the same record twice, in two blocks: the second is
 * written when the first is on the disk. So one of them is whole at every moment, and what a loss of power tore counts for
 * nothing.
 */

/** Of one block, where nothing else is said. The file has two. */
const SLOT_BYTES = 4_096;
const SLOTS = [0, 1] as const;
/** A reader that is slow may meet both writes of one record on their way. */
const LOOKS = 3;
const LINE_FEED = 0x0a;
const SPACE = 0x20;
const NO_LINKS = constants.O_NOFOLLOW | constants.O_NONBLOCK;

interface Slot<T> {
  /** Grows with each writing. */
  serial: number;
  record: T;
}

/** The file is there and says nothing that can be believed. */
export class RecordMalformed extends Error {
  override readonly name = 'RecordMalformed';
}

/** It holds more than its block has room for: nothing was written. */
export class RecordTooLong extends Error {
  override readonly name = 'RecordTooLong';
}

/** What was written last; `undefined` where there is no file, and only then. `slotBytes`: as it was written with. */
export function readRecord<T>(file: string, slotBytes = SLOT_BYTES): T | undefined {
  const fd = open(file, constants.O_RDONLY);
  if (fd === undefined) return undefined;
  try {
    return newest<T>(fd, slotBytes).record;
  } finally {
    closeSync(fd);
  }
}

/**
 * Overwrites the file, or makes it. To be called by one at a time. `record` has at most `slotBytes` as JSON, less about a
 * hundred.
 *
 * @throws RecordTooLong
 */
export function writeRecord(file: string, record: object, slotBytes = SLOT_BYTES): void {
  const fd = open(file, constants.O_RDWR);
  if (fd === undefined) return make(file, encode({ serial: 1, record }, slotBytes));
  try {
    const block = encode({ serial: newest(fd, slotBytes).serial + 1, record }, slotBytes);
    // What is torn or older goes first: until it is whole the other one must stay.
    const [first, second] = slotsOf(fd, slotBytes).map((slot) => slot?.serial ?? -1);
    for (const slot of first! <= second! ? SLOTS : SLOTS.toReversed()) {
      writeSync(fd, block, 0, slotBytes, slot * slotBytes);
      fsyncSync(fd);
    }
  } finally {
    closeSync(fd);
  }
}

/** Appears under its name with all of its content at once. */
function make(file: string, block: Buffer): void {
  const fresh = `${file}.new`;
  rmSync(fresh, { force: true });
  const fd = openSync(fresh, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    writeSync(fd, Buffer.concat(SLOTS.map(() => block)));
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
    throw new RecordMalformed(errorText(err));
  }
}

function newest<T>(fd: number, slotBytes: number): Slot<T> {
  const stat = fstatSync(fd);
  if (!stat.isFile()) throw new RecordMalformed('it is no regular file');
  const size = slotBytes * SLOTS.length;
  if (stat.size !== size) throw new RecordMalformed(`it has ${stat.size} bytes, not ${size}`);
  for (let look = 0; look < LOOKS; look++) {
    const [first, second] = slotsOf<T>(fd, slotBytes);
    const found = (first?.serial ?? -1) >= (second?.serial ?? -1) ? first : second;
    if (found !== undefined) return found;
  }
  throw new RecordMalformed('it holds no whole record');
}

/** Both; `undefined` for one that is not whole. */
function slotsOf<T>(fd: number, slotBytes: number): (Slot<T> | undefined)[] {
  const bytes = Buffer.alloc(slotBytes * SLOTS.length);
  readSync(fd, bytes, 0, bytes.length, 0);
  return SLOTS.map((slot) => decode<T>(bytes.subarray(slot * slotBytes, (slot + 1) * slotBytes)));
}

/** A line of JSON, its checksum, and spaces to the end of the block. */
function encode(slot: Slot<object>, slotBytes: number): Buffer {
  const text = `${JSON.stringify(slot)}\n${checksum(JSON.stringify(slot))}\n`;
  if (Buffer.byteLength(text) >= slotBytes)
    throw new RecordTooLong(`a record of ${Buffer.byteLength(text)} bytes is too long`);
  const block = Buffer.alloc(slotBytes, ' ');
  block.write(text);
  block.write('\n', slotBytes - 1);
  return block;
}

/** Read before each act of a change: nearly all of a block is blank, and is compared without becoming a text. */
function decode<T>(block: Buffer): Slot<T> | undefined {
  const endOfJson = block.indexOf('\n');
  const endOfSum = block.indexOf('\n', endOfJson + 1);
  const json = block.toString('utf8', 0, endOfJson);
  // Without two lines there is no text here, and that is no checksum.
  if (block.toString('utf8', endOfJson + 1, endOfSum) !== checksum(json)) return undefined;
  const isWhole = isBlank(block.subarray(endOfSum + 1, -1)) && block.at(-1) === LINE_FEED;
  return isWhole ? (JSON.parse(json) as Slot<T>) : undefined;
}

/** Each byte is the one before it, and the first is a space. */
function isBlank(bytes: Buffer): boolean {
  return bytes.length === 0 || (bytes[0] === SPACE && bytes.subarray(1).equals(bytes.subarray(0, -1)));
}

function checksum(json: string): string {
  return createHash('sha256').update(json).digest('hex');
}
