import { readFile, readdir } from 'node:fs/promises';
import type { BusyDisk, Pressure } from '../../shared/observations/latency/load';
import { sleep } from '../sleep';
import { cpuShares, parseCpuTimes, usedTicks } from './cpu-times';
import type { CpuShares, CpuTimes } from './cpu-times';
import { busyDisks, parseDiskTimes } from './disk-times';
import type { DiskTimes } from './disk-times';
import { pressureOf, readStalls } from './pressure';
import { busyPids, readProcessTimes } from './process-times';
import type { ProcessTime } from './process-times';

/** What the kernel counted in a window. */
export interface Load {
  windowMs: number;
  cpus: number;
  /** Undefined where the host has no `/proc/stat` that can be read. */
  shares: CpuShares | undefined;
  pressure: Pressure;
  /** All of them, the busiest first; null where the host does not say. */
  disks: BusyDisk[] | null;
  /** All that used CPU time, the most first, with their part of all that was used, by them or unseen: 0 to 1. */
  pids: { pid: number; part: number; cpuPercent: number }[];
}

interface Used {
  cpu: CpuTimes | undefined;
  processes: Map<number, ProcessTime>;
}

interface Counters extends Used {
  at: number;
  disks: Map<string, DiskTimes>;
  stalls: Pressure;
}

/** `iostat 1 5` and `ps aux`, by two readings of what the kernel counts, `windowMs` apart. */
export async function readLoad(
  windowMs: number,
  signal: AbortSignal,
  { proc = '/proc', sys = '/sys' }: { proc?: string; sys?: string } = {},
): Promise<Load> {
  const first = await readCounters(proc);
  await sleep(windowMs, signal);
  const second = await readCounters(proc);
  const whole: string[] = await readdir(`${sys}/block`).catch(() => []);
  const passedMs = second.at - first.at;
  const isWhole = (device: string) => whole.length === 0 || whole.includes(device);
  const hasDisks = first.disks.size > 0 && second.disks.size > 0;
  return {
    windowMs: Math.round(passedMs),
    cpus: second.cpu?.cpus ?? 0,
    shares: first.cpu === undefined || second.cpu === undefined ? undefined : cpuShares(first.cpu, second.cpu),
    pressure: pressureOf(first.stalls, second.stalls, passedMs),
    disks: hasDisks ? busyDisks(first.disks, second.disks, passedMs, isWhole) : null,
    pids: usersOf(first, second),
  };
}

/** By the ticks of all CPUs in the window: how long a tick is does not matter then. */
export function usersOf(first: Used, second: Used): Load['pids'] {
  const busy = busyPids(first.processes, second.processes);
  // What began and ended within the window, or is none of this host's, is in the CPUs' counters alone.
  const all = Math.max(
    busy.reduce((sum, { ticks }) => sum + ticks, 0),
    usedTicks(first.cpu, second.cpu),
  );
  const ofOneCpu = ((second.cpu?.total ?? 0) - (first.cpu?.total ?? 0)) / Math.max(1, second.cpu?.cpus ?? 0);
  const percent = (ticks: number) => (ofOneCpu > 0 ? Math.round((ticks / ofOneCpu) * 100) : 0);
  return busy.map(({ pid, ticks }) => ({ pid, part: ticks / all, cpuPercent: percent(ticks) }));
}

async function readCounters(proc: string): Promise<Counters> {
  const text = (name: string) => readFile(`${proc}/${name}`, 'latin1').catch(() => '');
  const [stat, diskstats, stalls, processes] = await Promise.all([
    text('stat'),
    text('diskstats'),
    readStalls(proc),
    readProcessTimes(proc),
  ]);
  const disks = parseDiskTimes(diskstats);
  return { at: performance.now(), cpu: parseCpuTimes(stat), disks, stalls, processes };
}
