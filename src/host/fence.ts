import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import type { ChangePermit } from '../shared/permit';
import { HostError, errorCode, errorText } from './errors';
import { sweepLockFile, withLockFile } from './lock-file';
import { refuseWhilePaused } from './pause-file';

/** Newest token that any agent of this host accepted, in the folder `agent.stateDir`. */
const FILE = 'fence.json';
const LOCK = 'fence.lock';
const MAX_BYTES = 1_000;
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What stands between a request and a change of the host. */
export interface Fence {
  /**
   * Whether this change may be made now, by what is on the disk at this moment. Without giving way to anything else of
   * this process, so that the change can follow at once.
   *
   * @throws HostError `Paused`, `StaleToken`; `ObservationFailed` when it cannot be told.
   */
  check(permit: ChangePermit): void;
  /** `check`, and no older token passes from here on, on this host, for any agent. */
  enter(permit: ChangePermit): Promise<void>;
}

/** The fence of one host: its pause file, and the newest token that it saw. An undo passes always. */
export function createFence({ stateDir, pauseFile }: { stateDir: string; pauseFile: string }): Fence {
  const file = path.join(stateDir, FILE);
  return { check, enter };

  function check({ kind, token }: ChangePermit): void {
    if (kind === 'undo') return;
    refuseWhilePaused(pauseFile);
    refuseOlder(token, readNewest(file));
  }

  async function enter(permit: ChangePermit): Promise<void> {
    check(permit);
    if (permit.kind === 'undo' || permit.token <= readNewest(file)) return;
    prepare(stateDir);
    await withLockFile(path.join(stateDir, LOCK), () => {
      const newest = readNewest(file);
      refuseOlder(permit.token, newest);
      if (permit.token > newest) write(stateDir, permit);
    }).catch((err: unknown) => {
      throw err instanceof HostError ? err : cannotRemember(stateDir, err);
    });
    // What cannot be swept harms nobody.
    await sweepLockFile(path.join(stateDir, LOCK)).catch(() => undefined);
  }
}

function refuseOlder(token: number, newest: number): void {
  if (token >= newest) return;
  const remedy = 'whoever asked has lost its turn, and another incident has changed this host since';
  throw new HostError('StaleToken', `token ${token} is older than ${newest}, the newest seen on this host; ${remedy}`);
}

/** 0 where no token was seen yet, and only then. */
function readNewest(file: string): number {
  let fd: number;
  try {
    fd = openSync(file, READ);
  } catch (err) {
    if (errorCode(err) === 'ENOENT') return 0;
    throw malformed(file, errorText(err));
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw malformed(file, 'it is no regular file');
    if (stat.size > MAX_BYTES) throw malformed(file, `it has ${stat.size} bytes`);
    const token = tokenIn(readFileSync(fd, 'utf8'));
    if (token === undefined) throw malformed(file, 'it holds no token');
    return token;
  } finally {
    closeSync(fd);
  }
}

function tokenIn(text: string): number | undefined {
  try {
    const { token } = JSON.parse(text) as { token?: unknown };
    return typeof token === 'number' && Number.isSafeInteger(token) && token > 0 ? token : undefined;
  } catch {
    return undefined;
  }
}

/** Its folder is the agent's own: who can write there could lift the fence. */
function prepare(stateDir: string): void {
  try {
    mkdirSync(stateDir, { mode: 0o700, recursive: true });
    const fd = openSync(stateDir, READ | constants.O_DIRECTORY);
    try {
      const { uid, mode } = fstatSync(fd);
      if (uid === process.geteuid?.() && (mode & 0o022) === 0) return;
    } finally {
      closeSync(fd);
    }
  } catch (err) {
    throw cannotRemember(stateDir, err);
  }
  throw cannotRemember(stateDir, 'it is not of the agent’s user alone to write to');
}

/** The old file stays whole until the new one is on the disk. */
function write(stateDir: string, { token, holder }: ChangePermit): void {
  const fresh = path.join(stateDir, `${FILE}.new`);
  rmSync(fresh, { force: true });
  const fd = openSync(fresh, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    writeSync(fd, `${JSON.stringify({ token, holder, at: new Date().toISOString() })}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(fresh, path.join(stateDir, FILE));
  const folder = openSync(stateDir, READ | constants.O_DIRECTORY);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Never taken for "no token seen": then a stale one would pass. */
function malformed(file: string, why: string): HostError {
  const remedy =
    `see that no incident is open on this host, then remove it and restart the agent: ` +
    `tokens grow for ever, so the next is newer than all before`;
  return new HostError('ObservationFailed', `${file} cannot be used (${why}): no change is made; ${remedy}`);
}

function cannotRemember(stateDir: string, err: unknown): HostError {
  const remedy = 'no change is made; make it a folder of the agent’s user with mode 0700, or correct agent.stateDir';
  return new HostError('ObservationFailed', `${stateDir} cannot keep the fencing token (${errorText(err)}); ${remedy}`);
}
