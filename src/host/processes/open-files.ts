import { readFile, readdir } from 'node:fs/promises';
import type { OpenFiles } from '../../shared/observations/service';
import { HostError } from '../errors';

/**
 * How many files and sockets a process holds open, of how many it may (its soft limit). Linux only.
 *
 * @throws HostError `ObservationFailed` where the process is gone, or the host does not let us see it
 */
export async function observeOpenFiles(pid: number): Promise<OpenFiles> {
  try {
    const [open, limits] = await Promise.all([readdir(`/proc/${pid}/fd`), readFile(`/proc/${pid}/limits`, 'utf8')]);
    const limit = /^Max open files +(\d+|unlimited)/m.exec(limits)?.[1];
    return { pid, open: open.length, limit: limit === undefined || limit === 'unlimited' ? null : Number(limit) };
  } catch (err) {
    const { code } = err as NodeJS.ErrnoException;
    throw new HostError('ObservationFailed', `the open files of pid ${pid} cannot be seen (${code ?? String(err)})`);
  }
}
