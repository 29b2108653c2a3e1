import { readFileSync, readdirSync } from 'node:fs';

/** The agent of a lab host as this machine sees it. */
export interface AgentProcess {
  pid: number;
  /** As the host sees it, and the agent names itself to Temporal. */
  insidePid: number;
}

/** The agent that runs on this lab host now. Looked for from outside, which takes a moment and no program. */
export function findAgent(host: string): AgentProcess | undefined {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (!read(pid, 'cmdline').includes('--role\0agent')) continue;
    if (!read(pid, 'cgroup').includes(`/halcyon-lab-${host}-`)) continue;
    const inside = /^NSpid:.*\s(\d+)$/m.exec(read(pid, 'status'))?.[1];
    if (inside !== undefined) return { pid: Number(pid), insidePid: Number(inside) };
  }
  return undefined;
}

/** Killed and not yet buried is dead. */
export function isAlive({ pid }: AgentProcess): boolean {
  const state = /^State:\s+(\w)/m.exec(read(String(pid), 'status'))?.[1];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** Empty for a process that is gone. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
