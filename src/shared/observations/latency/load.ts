import type { DiskState } from '../files';

/** A process by its share of the window. */
export interface BusyProcess {
  pid: number;
  user: string;
  /** Masked and cut. */
  command: string;
  /** Of one CPU: more than 100 for a process of several threads. */
  cpuPercent: number;
  rssBytes: number;
  /** Of KingFisher, by its user or its folder. */
  isOwn: boolean;
}

/** A whole disk, as `iostat -x` has it. */
export interface BusyDisk {
  device: string;
  /** Of the window, so long it had something to do. */
  busyPercent: number;
  /** From the request to its end, milliseconds; 0 where nothing was read or written. */
  waitMs: number;
}

/** Of the window, so long at least one task stood still for want of it; null where the kernel does not say. */
export interface Pressure {
  cpu: number | null;
  io: number | null;
  memory: number | null;
}

/** What the host was busy with in a window of seconds. Percentages are of all CPUs together; null where it cannot be read. */
export interface LoadState {
  windowMs: number;
  cpus: number;
  load1: number;
  cpuPercent: number | null;
  iowaitPercent: number | null;
  /** Taken by the machine that this one runs on. */
  stealPercent: number | null;
  /** The share of KingFisher's own processes in the CPU time that was used: 0 to 100. */
  ownPercent: number | null;
  memory: { totalBytes: number; availableBytes: number };
  pressure: Pressure;
  /** The busiest first, at most `DISKS_TOLD`; null where the kernel does not say. */
  busy: BusyDisk[] | null;
  disks: DiskState[];
  /** The busiest first, at most `PROCESSES_TOLD`. */
  processes: BusyProcess[];
  observedAt: string;
}

export const DISKS_TOLD = 5;
export const PROCESSES_TOLD = 5;
