import { readFileSync } from 'node:fs';

/** What a process holds in memory now (VmRSS), in MB of 1,000,000 bytes. */
export function memoryMb(pid: number | undefined): number {
  if (pid === undefined) throw new Error('a process that is measured does not run');
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  if (kib === undefined) throw new Error(`/proc/${pid}/status tells no VmRSS`);
  return (Number(kib) * 1_024) / 1e6;
}
