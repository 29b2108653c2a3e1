import { spawn } from 'node:child_process';
import { closeSync, constants, fchownSync, fstatSync, openSync } from 'node:fs';
import type { Stats } from 'node:fs';
import path from 'node:path';
import { MINIMAL_ENVIRONMENT } from './commands';
import { CommandNotStarted, checkProgram } from './program';
import { HostError, errorText } from '../errors';
import { readProcess } from '../processes/process-table';
import { openPidFile } from '../processes/pid-file';
import type { PidFile } from '../processes/pid-file';
import { openFolderOf } from '../files/from-root';
import type { ProcessManagerSettings } from '../agent-settings';
import { poll } from '../sleep';
import { asUser, findUser } from './users';
import type { User } from './users';

const LOG_FLAGS =
  constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_CREAT;

/** How a started process ended, for as long as this agent lives to see it. */
export type OnExit = (pid: number, exitCode: number | null, signal: NodeJS.Signals | null) => void;

/** A start of which everything that can be known before is known to work. */
export interface PreparedStart {
  settings: ProcessManagerSettings;
  cwd: string;
  command: { program: string; args: string[]; env?: Record<string, string> };
  owner: User | undefined;
  logFd: number;
  pidFile: PidFile;
  close(): Promise<void>;
}

/**
 * What must be there for a start, before anything is ended for it. To be closed.
 *
 * @throws CommandNotStarted when the program is missing; HostError `NotConfigured` for its user, its log or its pid file,
 *   `UnsafeSelector` for a pid file that cannot be reached safely
 */
export async function prepareStart(settings: ProcessManagerSettings, cwd: string): Promise<PreparedStart> {
  const [program, ...args] = settings.command;
  if (program === undefined) throw new HostError('NotConfigured', 'kingfisher.manager.command is empty');
  await checkProgram(program);
  const command = await asUser(settings.user, { program, args, env: settings.env });
  const owner = settings.user === undefined ? undefined : await findUser(settings.user);
  const pidFile = await openPidFile(settings.pidFile);
  try {
    const logFd = await openLog(settings.logFile, owner);
    const close = async () => {
      closeSync(logFd);
      await pidFile.close();
    };
    return { settings, cwd, command, owner, logFd, pidFile, close };
  } catch (err) {
    await pidFile.close();
    throw err;
  }
}

/**
 * Starts the service in a session of its own, so that it outlives the agent, with its output appended to its log file.
 * Where an agent runs in a unit of systemd that is not enough: see `own-unit.ts`.
 *
 * Spawning, reading the start time and writing the pid file happen in one go: killed in between, the agent finds the
 * process again by its command and folder.
 *
 * @throws CommandNotStarted when it cannot be executed after all.
 */
export async function startDetached(
  { settings, cwd, command, owner, logFd, pidFile }: PreparedStart,
  onExit: OnExit,
): Promise<void> {
  const child = spawn(command.program, command.args, {
    cwd,
    env: { ...MINIMAL_ENVIRONMENT, ...command.env },
    shell: false,
    detached: true,
    stdio: ['ignore', logFd, logFd],
  });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (err) => {
      reject(new CommandNotStarted(settings.command[0]!, `${errorText(err)} (in ${cwd})`));
    });
  });
  child.once('exit', (exitCode, signal) => onExit(child.pid!, exitCode, signal));
  child.unref();
  if (child.pid === undefined) return await failed;
  failed.catch(() => {});
  pidFile.write({ pid: child.pid, startTime: startTimeOf(child.pid) });
  await untilOwned(child.pid, owner?.uid);
}

/** A child stays in the process table until we have heard of its end, so it is always found where there is a /proc. */
export function startTimeOf(pid: number): string {
  return readProcess(pid)?.startTime ?? String(Math.floor(Date.now() / 1_000));
}

/** The program that switches the user becomes the service a moment later; before, it is not yet the service's user's. */
async function untilOwned(pid: number, uid: number | undefined): Promise<void> {
  if (uid === undefined) return;
  const owned = async () => ([undefined, uid].includes(readProcess(pid)?.uid ?? undefined) ? true : undefined);
  await poll(owned, { everyMs: 5, deadlineMs: 2_000 });
}

/** Opened by root for the service's user: never through a link, never anything but a regular file. */
async function openLog(file: string, owner: { uid: number; gid: number } | undefined): Promise<number> {
  let fd: number | undefined;
  try {
    const folder = await openFolderOf(file);
    if (folder === undefined) throw new Error('its folder is missing');
    try {
      fd = openSync(folder.path(path.basename(file)), LOG_FLAGS, 0o640);
    } finally {
      await folder.close();
    }
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new Error('not a regular file');
    if (isOfSomebodyElse(stat, owner?.uid)) throw new Error('it is a hard link to a file of another user');
    if (owner !== undefined && stat.size === 0 && stat.uid === process.getuid?.()) fchownSync(fd, owner.uid, owner.gid);
    return fd;
  } catch (err) {
    if (fd !== undefined) closeSync(fd);
    throw new HostError(
      'NotConfigured',
      `cannot append to ${file}: ${errorText(err)}; correct kingfisher.manager.logFile`,
    );
  }
}

/** The service could have given another name to any file, and would have it written to, or be given it. */
function isOfSomebodyElse({ nlink, uid }: Stats, owner: number | undefined): boolean {
  return nlink > 1 && uid !== (owner ?? process.getuid?.());
}
