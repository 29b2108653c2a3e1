import path from 'node:path';
import { isAlive, listProcesses } from './process-table';
import type { ProcessRecord } from './process-table';

/** Processes that belong to a service by user, or by executable, working folder or arguments under its folder. */
export async function findServiceProcesses(uid: number | undefined, installDir: string): Promise<ProcessRecord[]> {
  const all = await listProcesses();
  const own = withAncestors(process.pid, all);
  return all.filter((record) => !own.has(record.pid) && isAlive(record) && belongs(record, uid, installDir));
}

/**
 * Processes that `uid` started by this command: by its arguments, which end the arguments of its interpreter for a
 * script, and by its working folder. Where the host does not show the folder, the arguments decide.
 */
export async function findByCommand(command: string[], cwd: string, uid: number | null): Promise<ProcessRecord[]> {
  const all = await listProcesses();
  const own = withAncestors(process.pid, all);
  const same = all.filter((record) => !own.has(record.pid) && isAlive(record) && isCommand(record, command, uid));
  const pids = new Set(same.map(({ pid }) => pid));
  // Workers that a service forks look like itself; the one that nobody of them started is the service.
  return same.filter((record) => !pids.has(record.parent) && (record.cwd === null || record.cwd === cwd));
}

function isCommand({ argv, uid: owner }: ProcessRecord, command: string[], uid: number | null): boolean {
  if (owner !== uid) return false;
  const before = argv.length - command.length;
  return before >= 0 && before <= 2 && command.every((argument, at) => argv[before + at] === argument);
}

function belongs(record: ProcessRecord, uid: number | undefined, installDir: string): boolean {
  if (uid !== undefined && record.uid === uid) return true;
  return [record.exe, record.cwd, ...record.argv].some((place) => place !== null && isUnder(place, installDir));
}

/** Whether an absolute place is the folder or in it: `/opt/kingfisher-old` is not under `/opt/kingfisher`. */
export function isUnder(place: string, folder: string): boolean {
  return path.isAbsolute(place) && !path.relative(folder, place).startsWith('..');
}

/** A process and all that it descends from. */
export function withAncestors(pid: number, all: ProcessRecord[]): Set<number> {
  const parents = new Map(all.map((record) => [record.pid, record.parent]));
  const found = new Set<number>();
  for (let at: number | undefined = pid; at !== undefined && at > 0 && !found.has(at); at = parents.get(at))
    found.add(at);
  return found;
}
