import { closeSync, constants, fstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { HostError, errorCode } from '../errors';
import { openFolderOf } from '../files/from-root';
import type { SafeFolder } from '../files/safe-folder';

/** A process beyond doubt: a pid alone may have been given to another one since. */
export interface ProcessIdentity {
  pid: number;
  startTime: string;
}

/** `4711-9325612`, the name of a start under the process manager. */
export function invocationOf({ pid, startTime }: ProcessIdentity): string {
  return `${pid}-${startTime}`;
}

/** The place of a pid file, with its folder held open, so that writing to it waits for nothing. */
export interface PidFile {
  /** Replaces it in one step, and before anything else of this program runs. */
  write(identity: ProcessIdentity): void;
  close(): Promise<void>;
}

/** @throws HostError `NotConfigured` when its folder is missing, `UnsafeSelector` when that cannot be reached safely. */
export async function openPidFile(file: string): Promise<PidFile> {
  const folder = await openFolderOf(file);
  if (folder === undefined) {
    throw new HostError(
      'NotConfigured',
      `the folder of ${file} is missing; make it, or correct kingfisher.manager.pidFile`,
    );
  }
  const name = path.basename(file);
  return { write: (identity) => replace(folder, name, identity), close: async () => await folder.close() };
}

/**
 * The process of a pid file: its pid on the first line, its start time on the second. `undefined` when there is none,
 * or when it was not written by Halcyon, whose pid alone proves nothing.
 *
 * @throws HostError `ObservationFailed` for a link, folder or pipe in its place, `UnsafeSelector` for a link above it.
 */
export async function readPidFile(file: string): Promise<ProcessIdentity | undefined> {
  const folder = await openFolderOf(file);
  if (folder === undefined) return undefined;
  try {
    return read(folder, path.basename(file), file);
  } finally {
    await folder.close();
  }
}

/** @throws HostError as `openPidFile` */
export async function writePidFile(file: string, identity: ProcessIdentity): Promise<void> {
  const opened = await openPidFile(file);
  try {
    opened.write(identity);
  } finally {
    await opened.close();
  }
}

/** @throws HostError `UnsafeSelector` for a link above it. */
export async function removePidFile(file: string): Promise<void> {
  const folder = await openFolderOf(file);
  try {
    await folder?.remove(path.basename(file));
  } finally {
    await folder?.close();
  }
}

function read(folder: SafeFolder, name: string, file: string): ProcessIdentity | undefined {
  let fd: number;
  try {
    fd = openSync(folder.path(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (err) {
    if (errorCode(err) === 'ENOENT') return undefined;
    throw notAFile(file);
  }
  try {
    if (!fstatSync(fd).isFile()) throw notAFile(file);
    const [, pid, startTime] = /^(\d+)\n(\d+)\n/.exec(readFileSync(fd, 'utf8')) ?? [];
    return pid === undefined || startTime === undefined ? undefined : { pid: Number(pid), startTime };
  } finally {
    closeSync(fd);
  }
}

function replace(folder: SafeFolder, name: string, { pid, startTime }: ProcessIdentity): void {
  const fresh = folder.path(`${name}.${process.pid}.new`);
  rmSync(fresh, { force: true });
  writeFileSync(fresh, `${pid}\n${startTime}\n`, { flag: 'wx', mode: 0o644 });
  renameSync(fresh, folder.path(name));
}

function notAFile(path: string): HostError {
  return new HostError('ObservationFailed', `${path} is not a readable regular file; remove it or correct pidFile`);
}
