import { readFileSync, readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { runCommand } from '../programs/commands';
import { parsePs } from './process-table-ps';

/** Of nearly every Linux: user-space clock ticks in a second. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4_096;

export interface ProcessRecord {
  pid: number;
  parent: number;
  group: number;
  /** One letter, as `ps` prints it. */
  state: string;
  /** With the pid it names this process and no later one of the same pid: the kernel's start time. */
  startTime: string;
  startedAt: string | null;
  uid: number | null;
  rssBytes: number;
  argv: string[];
  /** null where the host does not let us see it. */
  exe: string | null;
  cwd: string | null;
}

const hasProc = process.platform === 'linux';

/** Every process of the host. */
export async function listProcesses(): Promise<ProcessRecord[]> {
  if (!hasProc) return await listByPs();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => readProcess(Number(pid))).filter((record) => record !== undefined);
}

/** One process, or `undefined` when there is none of this pid. A zombie has ended but is still a record. */
export async function findProcess(pid: number): Promise<ProcessRecord | undefined> {
  return hasProc ? readProcess(pid) : (await listByPs()).find((record) => record.pid === pid);
}

/** `findProcess` by /proc, without giving way to anything else: what it says holds while the caller does not either. */
export function readProcess(pid: number): ProcessRecord | undefined {
  try {
    const stat = parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return {
      pid,
      ...stat,
      startedAt: startedAt(stat.startTime),
      uid: Number(/^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1] ?? NaN),
      argv: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1),
      exe: readLink(`/proc/${pid}/exe`),
      cwd: readLink(`/proc/${pid}/cwd`),
    };
  } catch {
    return undefined;
  }
}

/** Whether it still runs: a zombie only waits for its parent to take notice. */
export function isAlive({ state }: ProcessRecord): boolean {
  return state !== 'Z' && state !== 'X' && state !== 'x';
}

/** The command's own name may hold spaces and brackets: what counts begins after the last bracket. */
function parseStat(stat: string) {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    state: fields[0] ?? '?',
    parent: Number(fields[1]),
    group: Number(fields[2]),
    startTime: fields[19] ?? '',
    rssBytes: Number(fields[21]) * PAGE_BYTES,
  };
}

let bootedAtSeconds: number | undefined;

function startedAt(ticks: string): string | null {
  bootedAtSeconds ??= Number(/^btime (\d+)/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1] ?? NaN);
  const ms = (bootedAtSeconds + Number(ticks) / TICKS_PER_SECOND) * 1_000;
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}

function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

async function listByPs(): Promise<ProcessRecord[]> {
  const args = ['-axww', '-o', 'pid=,ppid=,pgid=,state=,uid=,rss=,lstart=,command='];
  const { stdout } = await runCommand({
    program: '/bin/ps',
    args,
    timeoutMs: 5_000,
    outputLimitBytes: 4 * 1024 * 1024,
  });
  return parsePs(stdout);
}
