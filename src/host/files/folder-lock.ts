import { closeSync, constants, openSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { MINIMAL_ENVIRONMENT } from '../programs/commands';
import { HostError } from '../errors';
import { checkProgram } from '../programs/program';

const FLOCK = '/usr/bin/flock';
const WAIT_S = 5;
/** How `flock` says that somebody else has it. */
const HELD = 75;

/**
 * Runs `work` while no other process of this host, and nobody else in this one, has the lock of `folder`. The lock is the
 * kernel's: it writes nothing, and is gone with the process that holds it, however that ends.
 *
 * A lock belongs to an open file and not to a process. So `flock` can take it through the descriptor that it inherits, and
 * what it took is ours until we close ours.
 *
 * @throws HostError `ObservationFailed` when a living process keeps it.
 */
export async function withFolderLock<T>(folder: string, work: () => T): Promise<T> {
  const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    await take(fd, folder);
    return work();
  } finally {
    closeSync(fd);
  }
}

async function take(fd: number, folder: string): Promise<void> {
  await checkProgram(FLOCK, 'install util-linux');
  const args = ['--exclusive', `--timeout=${WAIT_S}`, `--conflict-exit-code=${HELD}`, '3'];
  const child = spawn(FLOCK, args, { env: MINIMAL_ENVIRONMENT, stdio: ['ignore', 'ignore', 'ignore', fd] });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (code === 0) return;
  if (code === HELD) throw held(folder);
  throw new HostError('ObservationFailed', `${folder} cannot be locked (flock ended with ${code ?? signal})`);
}

function held(folder: string): HostError {
  const pids = holders(folder);
  const who = pids.length === 0 ? 'another process' : `process ${pids.join(' or ')}`;
  const remedy = `look whether that process is stopped (kill -CONT) or hangs, and end it`;
  return new HostError('ObservationFailed', `${folder} is held by ${who}; ${remedy}`);
}

/** Processes that have the folder open: the holder, and those that wait with us. */
function holders(folder: string): number[] {
  const real = realpathSync(folder);
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.filter((pid) => opened(pid).includes(real)).map(Number);
}

function opened(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}
