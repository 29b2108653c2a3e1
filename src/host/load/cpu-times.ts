/** Clock ticks since the start of the machine, of all CPUs together. */
export interface CpuTimes {
  total: number;
  idle: number;
  iowait: number;
  steal: number;
  cpus: number;
}

/** `/proc/stat`; undefined where it has no line of all CPUs. */
export function parseCpuTimes(text: string): CpuTimes | undefined {
  const line = /^cpu +(\d.*)$/m.exec(text)?.[1];
  if (line === undefined) return undefined;
  // user nice system idle iowait irq softirq steal; what follows is in `user` already.
  const ticks = line.trim().split(/ +/).slice(0, 8).map(Number);
  if (ticks.length < 5 || ticks.some(Number.isNaN)) return undefined;
  const [, , , idle = 0, iowait = 0, , , steal = 0] = ticks;
  const total = ticks.reduce((sum, one) => sum + one, 0);
  return { total, idle, iowait, steal, cpus: [...text.matchAll(/^cpu\d+ /gm)].length };
}

/** Shares of the time from one reading to the next, in percent. */
export interface CpuShares {
  /** All but idle and waiting for disks. */
  busy: number;
  iowait: number;
  steal: number;
}

/** Undefined where no time passed. Single counters may go back a little; the kernel says so itself. */
export function cpuShares(first: CpuTimes, second: CpuTimes): CpuShares | undefined {
  const total = second.total - first.total;
  if (!(total > 0)) return undefined;
  const share = (part: number) => Math.min(100, Math.max(0, Math.round((part / total) * 1_000) / 10));
  const [idle, iowait] = [second.idle - first.idle, second.iowait - first.iowait];
  return { busy: share(total - idle - iowait), iowait: share(iowait), steal: share(second.steal - first.steal) };
}

/** Ticks that somebody had in between, of all CPUs together; 0 where that is not known. */
export function usedTicks(first: CpuTimes | undefined, second: CpuTimes | undefined): number {
  if (first === undefined || second === undefined) return 0;
  const used = ({ total, idle, iowait, steal }: CpuTimes) => total - idle - iowait - steal;
  return Math.max(0, used(second) - used(first));
}
