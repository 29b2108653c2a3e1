import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { FileCount } from '../../shared/observations/files';
import { HostError, errorCode, errorText } from '../errors';

/**
 * The logs that are being written beside `logFile`: regular `*.log` files. Rotated ones carry another ending.
 *
 * @throws HostError `ObservationFailed` when the folder cannot be read.
 */
export async function measureLogs(logFile: string): Promise<FileCount> {
  const folder = path.dirname(logFile);
  const count: FileCount = { files: 0, bytes: 0 };
  for (const name of await namesIn(folder)) {
    if (!name.endsWith('.log') && name !== path.basename(logFile)) continue;
    const stat = await lstat(path.join(folder, name)).catch(() => undefined);
    if (!stat?.isFile()) continue;
    count.files++;
    count.bytes += stat.size;
  }
  return count;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (err) {
    if (errorCode(err) === 'ENOENT') return [];
    throw new HostError('ObservationFailed', `cannot list ${folder}: ${errorText(err)}`);
  }
}
