import { closeSync, constants, fstatSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import type { ChangePermit } from '../../shared/safety/permit';
import { isNoSpace, tellFull } from '../files/disk-full';
import { HostError, errorText } from '../errors';
import { withFolderLock } from '../files/folder-lock';
import { refuseWhilePaused } from './pause-file';
import { RecordMalformed, readRecord, writeRecord } from './record-file';

/** Newest token that any agent of this host accepted, in the folder `agent.stateDir`. */
const FILE = 'fence';
const HOLDER_CHARACTERS = 300;

interface NewestToken {
  token: number;
  holder: string;
  /** ISO 8601, for people. */
  at: string;
}

/** What stands between a request and a change of the host. */
export interface Fence {
  /**
   * Makes the file of the newest token where there is none. For the start of an agent: later its disk may be full.
   *
   * @throws HostError `DiskFull`; `ObservationFailed` when it cannot be kept there, or is not one.
   */
  prepare(): Promise<void>;
  /**
   * Whether this change may be made now, by what is on the disk at this moment. Without giving way to anything else of
   * this process, so that the change can follow at once.
   *
   * @throws HostError `Paused`, `StaleToken`; `ObservationFailed` when it cannot be told.
   */
  check(permit: ChangePermit): void;
  /**
   * `check`, and no older token passes from here on, on this host, for any agent.
   *
   * @throws HostError also `DiskFull`, where the file has to be made first.
   */
  enter(permit: ChangePermit): Promise<void>;
}

/** The fence of one host: its pause file, and the newest token that it saw. An undo passes always. */
export function createFence({ stateDir, pauseFile }: { stateDir: string; pauseFile: string }): Fence {
  const file = path.join(stateDir, FILE);
  return { prepare, check, enter };

  async function prepare(): Promise<void> {
    await locked(() => {
      if (newest() === undefined) write({ token: 0, holder: '' });
    });
  }

  function check({ kind, token }: ChangePermit): void {
    if (kind === 'undo') return;
    refuseWhilePaused(pauseFile);
    refuseOlder(token, newest() ?? 0);
  }

  async function enter(permit: ChangePermit): Promise<void> {
    check(permit);
    if (permit.kind === 'undo' || permit.token <= (newest() ?? 0)) return;
    await locked(() => {
      const seen = newest() ?? 0;
      refuseOlder(permit.token, seen);
      if (permit.token > seen) write(permit);
    });
  }

  function newest(): number | undefined {
    try {
      return tokenIn(file);
    } catch (err) {
      if (err instanceof RecordMalformed) throw malformed(file, err.message);
      throw err;
    }
  }

  function write({ token, holder }: Pick<ChangePermit, 'token' | 'holder'>): void {
    const record: NewestToken = { token, holder: holder.slice(0, HOLDER_CHARACTERS), at: new Date().toISOString() };
    writeRecord(file, record);
  }

  async function locked(work: () => void): Promise<void> {
    try {
      prepareFolder(stateDir);
      await withFolderLock(stateDir, work);
    } catch (err) {
      throw err instanceof HostError ? err : cannotRemember(stateDir, err);
    }
  }
}

/** The token that a fence's file holds; `undefined` where there is no file, and only then. */
export function tokenIn(file: string): number | undefined {
  const record = readRecord<NewestToken>(file);
  if (record === undefined) return undefined;
  if (Number.isSafeInteger(record.token) && record.token >= 0) return record.token;
  throw new RecordMalformed('it holds no token');
}

function refuseOlder(token: number, newest: number): void {
  if (token >= newest) return;
  const remedy = 'whoever asked has lost its turn, and another incident has changed this host since';
  throw new HostError('StaleToken', `token ${token} is older than ${newest}, the newest seen on this host; ${remedy}`);
}

/** Its folder is the agent's own: who can write there could lift the fence. */
function prepareFolder(stateDir: string): void {
  mkdirSync(stateDir, { mode: 0o700, recursive: true });
  const fd = openSync(stateDir, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const { uid, mode } = fstatSync(fd);
    if (uid === process.geteuid?.() && (mode & 0o022) === 0) return;
  } finally {
    closeSync(fd);
  }
  throw cannotRemember(stateDir, 'it is not of the agent’s user alone to write to');
}

/** Never taken for "no token seen": then a stale one would pass. */
function malformed(file: string, why: string): HostError {
  const remedy =
    `see that no incident is open on this host, then remove it and restart the agent: ` +
    `tokens grow for ever, so the next is newer than all before`;
  return new HostError('ObservationFailed', `${file} cannot be used (${why}): no change is made; ${remedy}`);
}

function cannotRemember(stateDir: string, err: unknown): HostError {
  if (isNoSpace(err)) {
    const full = tellFull(stateDir) ?? errorText(err);
    const remedy = 'no change is made until there is room for 8 KiB: remove or truncate what fills it';
    return new HostError('DiskFull', `${full}: the fencing token cannot be kept; ${remedy}`);
  }
  const remedy = 'no change is made; make it a folder of the agent’s user with mode 0700, or correct agent.stateDir';
  return new HostError('ObservationFailed', `${stateDir} cannot keep the fencing token (${errorText(err)}); ${remedy}`);
}
