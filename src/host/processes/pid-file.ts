import { closeSync, constants, fstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { HostError, errorCode } from '../errors';

/** A process beyond doubt: a pid alone may have been given to another one since. */
export interface ProcessIdentity {
  pid: number;
  startTime: string;
}

/** `4711-9325612`, the name of a start under the process manager. */
export function invocationOf({ pid, startTime }: ProcessIdentity): string {
  return `${pid}-${startTime}`;
}

/**
 * The process of a pid file: its pid on the first line, its start time on the second. `undefined` when there is none,
 * or when it was not written by Halcyon, whose pid alone proves nothing.
 *
 * @throws HostError `ObservationFailed` for a link, folder or pipe in its place.
 */
export function readPidFile(path: string): ProcessIdentity | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (err) {
    if (errorCode(err) === 'ENOENT') return undefined;
    throw notAFile(path);
  }
  try {
    if (!fstatSync(fd).isFile()) throw notAFile(path);
    const [, pid, startTime] = /^(\d+)\n(\d+)\n/.exec(readFileSync(fd, 'utf8')) ?? [];
    return pid === undefined || startTime === undefined ? undefined : { pid: Number(pid), startTime };
  } finally {
    closeSync(fd);
  }
}

/** Replaces the pid file in one step, and before anything else of this program runs. */
export function writePidFile(path: string, { pid, startTime }: ProcessIdentity): void {
  const fresh = `${path}.${process.pid}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, `${pid}\n${startTime}\n`, { flag: 'wx', mode: 0o644 });
  renameSync(fresh, path);
}

function notAFile(path: string): HostError {
  return new HostError('ObservationFailed', `${path} is not a readable regular file; remove it or correct pidFile`);
}
