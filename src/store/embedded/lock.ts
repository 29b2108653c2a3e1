import { closeSync } from 'node:fs';
import { FLOCK, openFolder, takeLock } from '../../locks/flock';

/**
 * Takes the lock of a folder for as long as this process lives, or until the returned function is called; undefined where
 * another process has it.
 *
 * @throws Error where it cannot be told whose it is
 */
export async function lockFolder(folder: string): Promise<(() => void) | undefined> {
  const fd = openFolder(folder);
  try {
    const came = await takeLock(fd, 0);
    if (came === 'taken') return () => closeSync(fd);
    if (came !== 'held') throw new Error(`${folder} cannot be locked: ${FLOCK} ended with ${came.endedWith}`);
  } catch (err) {
    closeSync(fd);
    throw err;
  }
  closeSync(fd);
  return undefined;
}
