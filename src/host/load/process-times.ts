import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';

/** CPU time of one process, in clock ticks. */
export interface ProcessTime {
  ticks: number;
  /** With the pid it names this process and no later one of the same pid. */
  startTime: string;
}

/** Of every process of the host, by pid. Empty where the host has no `/proc`. */
export async function readProcessTimes(proc: string): Promise<Map<number, ProcessTime>> {
  const names = await readdir(proc).catch(() => []);
  const times = new Map<number, ProcessTime>();
  for (const name of names.filter((one) => /^\d+$/.test(one))) {
    const time = readTime(`${proc}/${name}/stat`);
    if (time !== undefined) times.set(Number(name), time);
  }
  return times;
}

/** By how many ticks each process rose, the most first. One that began meanwhile has all of its time in the window. */
export function busyPids(
  first: ReadonlyMap<number, ProcessTime>,
  second: ReadonlyMap<number, ProcessTime>,
): { pid: number; ticks: number }[] {
  const rises = [...second].map(([pid, { ticks, startTime }]) => {
    const before = first.get(pid);
    return { pid, ticks: before?.startTime === startTime ? ticks - before.ticks : ticks };
  });
  return rises.filter(({ ticks }) => ticks > 0).sort((a, b) => b.ticks - a.ticks);
}

/** The command's own name may hold spaces and brackets: what counts begins after the last bracket. */
function readTime(file: string): ProcessTime | undefined {
  try {
    const stat = readFileSync(file, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isNaN(ticks) ? undefined : { ticks, startTime: fields[19] ?? '' };
  } catch {
    return undefined; // it has ended
  }
}
