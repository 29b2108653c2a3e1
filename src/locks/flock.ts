import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, openSync } from 'node:fs';

export const FLOCK = '/usr/bin/flock';
/** How `flock` says that somebody else has it. */
const HELD = 75;

/** How a folder is opened whose lock is wanted: never through a link. */
export function openFolder(folder: string): number {
  return openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

/**
 * Takes the lock of an open folder. It is the kernel's: it writes nothing, and is gone with the process that holds it,
 * however that ends. A lock belongs to an open file and not to a process: so `flock` takes it through the descriptor that it
 * inherits, and what it took is ours until we close ours.
 *
 * @param waitS seconds to wait for whoever has it; 0 for not at all
 * @returns `held` where another process has it; how `flock` ended where it cannot be told
 */
export async function takeLock(fd: number, waitS: number): Promise<'taken' | 'held' | { endedWith: string }> {
  const wait = waitS === 0 ? '--nonblock' : `--timeout=${waitS}`;
  const args = ['--exclusive', wait, `--conflict-exit-code=${HELD}`, '3'];
  const child = spawn(FLOCK, args, { env: {}, stdio: ['ignore', 'ignore', 'ignore', fd] });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (code === 0) return 'taken';
  return code === HELD ? 'held' : { endedWith: String(code ?? signal) };
}
