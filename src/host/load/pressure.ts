import { readFile } from 'node:fs/promises';
import type { Pressure } from '../../shared/observations/latency/load';

const OF = ['cpu', 'io', 'memory'] as const;

/** Microseconds since the start of the machine in which at least one task stood still; null where the kernel does not say. */
export async function readStalls(proc: string): Promise<Pressure> {
  const read = async (of: string) => parseStall(await readFile(`${proc}/pressure/${of}`, 'utf8').catch(() => ''));
  const [cpu, io, memory] = await Promise.all(OF.map(read));
  return { cpu: cpu ?? null, io: io ?? null, memory: memory ?? null };
}

/** `some avg10=0.00 avg60=0.00 avg300=0.00 total=123456` */
function parseStall(text: string): number | null {
  const total = /^some .*\btotal=(\d+)$/m.exec(text)?.[1];
  return total === undefined ? null : Number(total);
}

/** From one reading to the next, in percent. */
export function pressureOf(first: Pressure, second: Pressure, windowMs: number): Pressure {
  const share = (before: number | null, now: number | null) =>
    before === null || now === null
      ? null
      : Math.min(100, Math.max(0, Math.round(((now - before) / (windowMs * 1_000)) * 1_000) / 10));
  return {
    cpu: share(first.cpu, second.cpu),
    io: share(first.io, second.io),
    memory: share(first.memory, second.memory),
  };
}
