import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { HostError, errorCode } from './errors';
import { findProcess, isAlive } from './process-table';
import { sleep } from './sleep';

const WAIT_MS = 5_000;
const POLL_MS = 10;

/** Who holds a lock. A process of another boot, or of another start time, is not the one that was. */
interface Owner {
  pid: number;
  startTime: string;
  boot: string;
  /** Of this one use of the lock, and of no other ever. */
  nonce: string;
}

/**
 * Runs `work` while no other process of this host holds the lock `file`. A lock whose owner has died is taken over.
 *
 * Whoever takes over writes `file.after-<nonce of the dead one>`, which only one can create, and the lock counts as his
 * while `file` itself still is the dead one's. So two that find the same dead owner, however late one of them wakes,
 * cannot both have it.
 *
 * @throws HostError `ObservationFailed` when a living process keeps it, or the folder cannot be written to.
 */
export async function withLockFile<T>(file: string, work: () => T): Promise<T> {
  const mine = await ownIdentity();
  const draft = `${file}.${mine.nonce}`;
  writeDraft(draft, mine);
  try {
    const taken = await take(file, draft);
    try {
      return work();
    } finally {
      // The lock first: what took it over is only read while it is there.
      rmSync(file, { force: true });
      for (const over of taken) rmSync(over, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes what processes left beside the lock that died while they waited for it. */
export async function sweepLockFile(file: string): Promise<void> {
  const [folder, start] = [path.dirname(file), `${path.basename(file)}.`];
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(start) || name.startsWith(`${start}after-`)) continue;
    const owner = readOwner(path.join(folder, name));
    if (owner !== undefined && !(await lives(owner))) rmSync(path.join(folder, name), { force: true });
  }
}

/** The files by which dead owners were succeeded, to be removed with the lock. */
async function take(file: string, draft: string): Promise<string[]> {
  for (const deadline = Date.now() + WAIT_MS; ; await sleep(POLL_MS)) {
    if (link(draft, file)) return [];
    const first = readOwner(file);
    if (first !== undefined) {
      const { owner, successions } = lastOwner(file, first);
      if (!(await lives(owner))) {
        const mine = succession(file, owner);
        if (link(draft, mine)) {
          if (readOwner(file)?.nonce === first.nonce) return [...successions, mine];
          rmSync(mine, { force: true });
        }
      } else if (Date.now() > deadline) throw held(file, owner);
    }
    if (Date.now() > deadline + WAIT_MS) throw unusable(file);
  }
}

function lastOwner(file: string, first: Owner): { owner: Owner; successions: string[] } {
  const successions: string[] = [];
  for (let owner = first; ;) {
    const next = readOwner(succession(file, owner));
    if (next === undefined) return { owner, successions };
    successions.push(succession(file, owner));
    owner = next;
  }
}

function succession(file: string, { nonce }: Owner): string {
  return `${file}.after-${nonce}`;
}

/** Whether the name was free. Appears with all of its content at once. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (err) {
    if (errorCode(err) === 'EEXIST') return false;
    throw err;
  }
}

/** On the disk before it has its name: what is found after a loss of power is whole. */
function writeDraft(draft: string, owner: Owner): void {
  const fd = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    writeSync(fd, JSON.stringify(owner));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** `undefined` when it is gone. What cannot be read is in the way until a person removes it. */
function readOwner(file: string): Owner | undefined {
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (err) {
    if (errorCode(err) === 'ENOENT') return undefined;
    throw unusable(file);
  }
  try {
    const owner = JSON.parse(readFileSync(fd, 'utf8')) as Owner;
    if (Number.isInteger(owner.pid) && /^[0-9a-f]{32}$/.test(owner.nonce)) return owner;
    throw unusable(file);
  } catch {
    throw unusable(file);
  } finally {
    closeSync(fd);
  }
}

async function ownIdentity(): Promise<Owner> {
  const startTime = (await findProcess(process.pid))?.startTime ?? '';
  return { pid: process.pid, startTime, boot: bootId(), nonce: randomBytes(16).toString('hex') };
}

async function lives({ pid, startTime, boot }: Owner): Promise<boolean> {
  if (boot !== bootId()) return false;
  const record = await findProcess(pid);
  return record !== undefined && isAlive(record) && record.startTime === startTime;
}

/** Empty where the system does not tell one boot from another. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function held(file: string, { pid }: Owner): HostError {
  const remedy = `look whether that process is stopped (kill -CONT ${pid}) or hangs, and end it`;
  return new HostError('ObservationFailed', `${file} is held by process ${pid}; ${remedy}`);
}

function unusable(file: string): HostError {
  const remedy = 'remove it while no agent runs, then start the agent';
  return new HostError('ObservationFailed', `${file} is not a lock that an agent made; ${remedy}`);
}
