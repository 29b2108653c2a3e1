import path from 'node:path';
import type { FileCount } from '../../shared/observations/files';
import { openFolderOf } from '../files/from-root';

/**
 * The logs that are being written beside `logFile`: regular `*.log` files. Rotated ones carry another ending.
 *
 * @throws HostError `UnsafeSelector` when their folder cannot be reached safely.
 */
export async function measureLogs(logFile: string): Promise<FileCount> {
  const count: FileCount = { files: 0, bytes: 0 };
  const folder = await openFolderOf(logFile);
  if (folder === undefined) return count;
  try {
    for (const name of await folder.names()) {
      if (!name.endsWith('.log') && name !== path.basename(logFile)) continue;
      const stat = await folder.stat(name);
      if (!stat?.isFile()) continue;
      count.files++;
      count.bytes += stat.size;
    }
    return count;
  } finally {
    await folder.close();
  }
}
