import type { BusyDisk } from '../../shared/observations/latency/load';

/** What a disk did since the start of the machine: requests, and milliseconds. */
export interface DiskTimes {
  requests: number;
  /** All requests together, from begin to end. */
  waitedMs: number;
  busyMs: number;
}

/** `/proc/diskstats`, by device. */
export function parseDiskTimes(text: string): Map<string, DiskTimes> {
  const disks = new Map<string, DiskTimes>();
  for (const line of text.split('\n')) {
    const [, , device, ...counters] = line.trim().split(/\s+/);
    // reads, merged, sectors, ms; writes, merged, sectors, ms; in flight, busy ms.
    const [reads, , , readMs, writes, , , writeMs, , busyMs] = counters.map(Number);
    if (device === undefined || busyMs === undefined || Number.isNaN(busyMs)) continue;
    disks.set(device, { requests: reads! + writes!, waitedMs: readMs! + writeMs!, busyMs });
  }
  return disks;
}

/** Made of memory or of a file: what they wait for shows at the disk below them. */
const NO_DISK = /^(?:loop|ram|zram|sr|fd)\d/;

/** How busy each was from one reading to the next, the busiest first. `isWhole` tells a disk from its parts. */
export function busyDisks(
  first: ReadonlyMap<string, DiskTimes>,
  second: ReadonlyMap<string, DiskTimes>,
  windowMs: number,
  isWhole: (device: string) => boolean,
): BusyDisk[] {
  const disks = [...second].flatMap(([device, now]) => {
    const before = first.get(device);
    if (before === undefined || NO_DISK.test(device) || !isWhole(device)) return [];
    const requests = now.requests - before.requests;
    const busyPercent = Math.min(100, Math.max(0, rounded(((now.busyMs - before.busyMs) / windowMs) * 100)));
    return [{ device, busyPercent, waitMs: requests > 0 ? rounded((now.waitedMs - before.waitedMs) / requests) : 0 }];
  });
  return disks.sort((a, b) => b.busyPercent - a.busyPercent || b.waitMs - a.waitMs);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
