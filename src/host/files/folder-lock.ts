import { closeSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { FLOCK, openFolder, takeLock } from '../../locks/flock';
import { HostError } from '../errors';
import { checkProgram } from '../programs/program';

const WAIT_S = 5;

/**
 * Runs `work` while no other process of this host, and nobody else in this one, has the lock of `folder`.
 *
 * @throws HostError `ObservationFailed` when a living process keeps it.
 */
export async function withFolderLock<T>(folder: string, work: () => T): Promise<T> {
  const fd = openFolder(folder);
  try {
    await take(fd, folder);
    return work();
  } finally {
    closeSync(fd);
  }
}

async function take(fd: number, folder: string): Promise<void> {
  await checkProgram(FLOCK, 'install util-linux');
  const came = await takeLock(fd, WAIT_S);
  if (came === 'taken') return;
  if (came === 'held') throw held(folder);
  throw new HostError('ObservationFailed', `${folder} cannot be locked (flock ended with ${came.endedWith})`);
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
