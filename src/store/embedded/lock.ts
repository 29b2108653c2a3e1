import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';

const FLOCK = '/usr/bin/flock';
/** How `flock` says that somebody else has it. */
const HELD = 75;

/**
 * Takes the lock of a folder for as long as this process lives, or until the returned function is called; undefined where
 * another process has it. It is the kernel's, of an open file: `flock` takes it through the descriptor that it inherits.
 *
 * @throws Error where it cannot be told whose it is
 */
export async function lockFolder(folder: string): Promise<(() => void) | undefined> {
  const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const args = ['--exclusive', '--nonblock', `--conflict-exit-code=${HELD}`, '3'];
    const child = spawn(FLOCK, args, { env: {}, stdio: ['ignore', 'ignore', 'ignore', fd] });
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    if (code === 0) return () => closeSync(fd);
    if (code !== HELD) throw new Error(`${folder} cannot be locked: ${FLOCK} ended with ${code ?? signal}`);
  } catch (err) {
    closeSync(fd);
    throw err;
  }
  closeSync(fd);
  return undefined;
}
