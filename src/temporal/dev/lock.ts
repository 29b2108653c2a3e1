import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;

/**
 * Lets one process at a time through for `file`; the others wait for it, at most `patienceMs`. It only saves double
 * work: whoever runs out of patience, or inherits the lock of a dead process, goes ahead, so what `work` writes must
 * appear in one atomic step.
 */
export async function withLock<T>(file: string, patienceMs: number, work: () => Promise<T>): Promise<T> {
  await acquire(file, Date.now() + patienceMs);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function acquire(file: string, deadline: number): Promise<void> {
  while (!(await tryAcquire(file))) {
    if (Date.now() > deadline || !(await isHeld(file))) await rm(file, { force: true });
    else await sleep(POLL_MS);
  }
}

async function tryAcquire(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw err;
  }
}

/** An empty lock counts as held: its owner is between creating and writing it. */
async function isHeld(file: string): Promise<boolean> {
  const owner = Number(await readFile(file, 'utf8').catch(() => ''));
  return owner === 0 || isAlive(owner);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (err) {
    return (err as NodeJS.ErrnoException).code === 'EPERM';
  }
}
