import path from 'node:path';
import type { ChangePermit } from '../../shared/safety/permit';
import { HostError } from '../errors';
import { leapsTooFar } from './leap';
import { refuseWhilePaused } from './pause-file';
import { RecordMalformed, readRecord, writeRecord } from './record-file';
import { inStateFolder } from './state-folder';

/** Newest token that any agent of this host accepted, in the folder `agent.stateDir`. */
const FILE = 'fence';
/** The newest token that any agent of this host accepted. */
export interface NewestToken {
  /** 0 where there was none yet. */
  token: number;
  /** Workflow id of whoever had it. */
  holder: string;
  /** ISO 8601, for people. */
  at: string;
}

interface FenceSettings {
  stateDir: string;
  pauseFile: string;
  /** Throws `Paused` while the guard's pauses hold, as far as this host was told of them. */
  refuseWhileKept?: () => void;
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
   * The newest token, for a guard that does not know it.
   *
   * @throws HostError `ObservationFailed` when it cannot be told.
   */
  newest(): Pick<NewestToken, 'token' | 'holder'>;
  /**
   * Whether this change may be made now, by what is on the disk at this moment. Without giving way to anything else of
   * this process, so that the change can follow at once.
   *
   * @throws HostError `Paused`, `StaleToken`; `NoPermit` for a token that no guard gave; `ObservationFailed` when it cannot
   *   be told.
   */
  check(permit: ChangePermit): void;
  /**
   * `check`, and no older token passes from here on, on this host, for any agent.
   *
   * @throws HostError also `DiskFull`, where the file has to be made first.
   */
  enter(permit: ChangePermit): Promise<void>;
}

/**
 * The fence of one host: its pause file, the pauses that its guard told of, and the newest token that it saw. An undo passes
 * always; what it may undo is for the ledger to say.
 */
export function createFence({ stateDir, pauseFile, refuseWhileKept }: FenceSettings): Fence {
  const file = path.join(stateDir, FILE);
  return { prepare, newest, check, enter };

  async function prepare(): Promise<void> {
    await locked(() => {
      if (read() === undefined) write({ token: 0, holder: '' });
    });
  }

  function newest(): Pick<NewestToken, 'token' | 'holder'> {
    return read() ?? { token: 0, holder: '' };
  }

  function check(permit: ChangePermit): void {
    if (permit.kind === 'undo') return;
    refuseWhilePaused(pauseFile);
    refuseWhileKept?.();
    refuseOther(permit, newest());
  }

  async function enter(permit: ChangePermit): Promise<void> {
    check(permit);
    if (permit.kind === 'undo' || permit.token <= newest().token) return;
    await locked(() => {
      const seen = newest();
      refuseOther(permit, seen);
      if (permit.token > seen.token) write(permit);
    });
  }

  function read(): NewestToken | undefined {
    try {
      return newestIn(file);
    } catch (err) {
      if (err instanceof RecordMalformed) throw malformed(file, err.message);
      throw err;
    }
  }

  function write({ token, holder }: Pick<ChangePermit, 'token' | 'holder'>): void {
    const record: NewestToken = { token, holder, at: new Date().toISOString() };
    writeRecord(file, record);
  }

  async function locked(work: () => void): Promise<void> {
    await inStateFolder(stateDir, 'the fencing token', work);
  }
}

/** What a fence's file holds; `undefined` where there is no file, and only then. */
export function newestIn(file: string): NewestToken | undefined {
  const record = readRecord<NewestToken>(file);
  if (record === undefined) return undefined;
  const { token, holder } = record;
  if (Number.isSafeInteger(token) && token >= 0 && typeof holder === 'string') return record;
  throw new RecordMalformed('it holds no token');
}

/** One token is one holder's: another one with the same is of a guard that does not know of the first. */
function refuseOther({ token, holder }: ChangePermit, newest: Pick<NewestToken, 'token' | 'holder'>): void {
  if (leapsTooFar(newest.token, token)) {
    const what = `token ${token} is further from ${newest.token}, the newest seen on this host, than any guard grants`;
    throw new HostError('NoPermit', `${what}; nothing is changed`);
  }
  if (token > newest.token || (token === newest.token && (token === 0 || holder === newest.holder))) return;
  const is = token === newest.token ? `is that of ${newest.holder}` : `is older than ${newest.token}`;
  const remedy = 'whoever asked has lost its turn, and another incident has changed this host since';
  throw new HostError('StaleToken', `token ${token} ${is}, the newest seen on this host; ${remedy}`);
}

/** Never taken for "no token seen": then a stale one would pass. */
function malformed(file: string, why: string): HostError {
  const remedy =
    `see that no incident is open on this host, then remove it and restart the agent: ` +
    `the guard goes on from the last token that it gave`;
  return new HostError('ObservationFailed', `${file} cannot be used (${why}): no change is made; ${remedy}`);
}
