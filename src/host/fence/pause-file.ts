import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { HostError, errorCode } from '../errors';

const REASON_BYTES = 300;

/**
 * Refuses while the file exists, whatever it is: an empty one, a folder or a dangling link pause as well.
 *
 * @throws HostError `Paused` with its first line as the reason; `ObservationFailed` when it cannot be looked for.
 */
export function refuseWhilePaused(file: string): void {
  try {
    lstatSync(file);
  } catch (err) {
    if (errorCode(err) === 'ENOENT') return;
    const remedy = 'correct agent.pauseFile, or its folder';
    throw new HostError('ObservationFailed', `${file} cannot be looked for (${errorCode(err)}); ${remedy}`);
  }
  throw new HostError('Paused', `changes are paused by ${file} (${firstLine(file)}); remove it to go on`);
}

/** Never through a link: the agent may read what the reader of its answers may not. */
function firstLine(file: string): string {
  let fd: number | undefined;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (!fstatSync(fd).isFile()) return 'no reason given';
    const bytes = Buffer.alloc(REASON_BYTES);
    const read = readSync(fd, bytes, 0, REASON_BYTES, 0);
    const [line = ''] = bytes.subarray(0, read).toString('utf8').split('\n');
    return line.replace(/[\u0000-\u001f\u007f-\u009f]/g, '·').trim() || 'no reason given';
  } catch {
    return 'no reason given';
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
