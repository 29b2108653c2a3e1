import { closeSync, constants, fstatSync, mkdirSync, openSync } from 'node:fs';
import { HostError, errorText } from '../errors';
import { isNoSpace, tellFull } from '../files/disk-full';
import { withFolderLock } from '../files/folder-lock';

/**
 * Runs `work` in the agent's own folder, which is made where it is missing, while no other agent of this host is in it.
 *
 * @param what is kept there, in words: `the fencing token`
 * @throws HostError `DiskFull`; `ObservationFailed` where it is no folder to keep something in.
 */
export async function inStateFolder<T>(stateDir: string, what: string, work: () => T): Promise<T> {
  try {
    prepareFolder(stateDir);
    return await withFolderLock(stateDir, work);
  } catch (err) {
    throw err instanceof HostError ? err : cannotKeep(stateDir, what, err);
  }
}

/** Who can write there could lift the fence. */
function prepareFolder(stateDir: string): void {
  mkdirSync(stateDir, { mode: 0o700, recursive: true });
  const fd = openSync(stateDir, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const { uid, mode } = fstatSync(fd);
    if (uid === process.geteuid?.() && (mode & 0o022) === 0) return;
  } finally {
    closeSync(fd);
  }
  throw new Error('it is not of the agent’s user alone to write to');
}

function cannotKeep(stateDir: string, what: string, err: unknown): HostError {
  if (isNoSpace(err)) {
    const full = tellFull(stateDir) ?? errorText(err);
    const remedy = 'no change is made until there is room for it: remove or truncate what fills it';
    return new HostError('DiskFull', `${full}: ${what} cannot be kept; ${remedy}`);
  }
  const remedy = 'no change is made; make it a folder of the agent’s user with mode 0700, or correct agent.stateDir';
  return new HostError('ObservationFailed', `${stateDir} cannot keep ${what} (${errorText(err)}); ${remedy}`);
}
