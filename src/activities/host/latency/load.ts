import { loadavg } from 'node:os';
import path from 'node:path';
import { readLoad } from '../../../host/load/load';
import type { Load } from '../../../host/load/load';
import { findProcess } from '../../../host/processes/process-table';
import { findServiceProcesses } from '../../../host/processes/service-processes';
import { listUsers } from '../../../host/programs/users';
import type { User } from '../../../host/programs/users';
import { readDisks, readMemory } from '../../../host/resources';
import { DISKS_TOLD, PROCESSES_TOLD } from '../../../shared/observations/latency/load';
import type { BusyProcess, LoadState } from '../../../shared/observations/latency/load';
import type { HostDeps } from '../core/deps';
import { commandOf } from '../service/processes';

/** A step that looks has fifteen seconds. */
const LONGEST_MS = 10_000;
const SHORTEST_MS = 100;

/** `uptime`, `iostat`, `ps aux`, `free` and `df`, of one short window. */
export async function observeLoad(
  { settings, redact }: HostDeps,
  windowMs: number,
  signal: AbortSignal,
): Promise<LoadState> {
  const { user, installDir, dataDir, logFile, tempDirs } = settings.kingfisher;
  const folders = [dataDir, ...tempDirs, ...(path.isAbsolute(logFile) ? [path.dirname(logFile)] : []), '/tmp', '/'];
  const [load, memory, disks, users] = await Promise.all([
    readLoad(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, windowMs)), signal),
    readMemory(),
    readDisks(folders, settings.diskFull),
    listUsers(),
  ]);
  const uid = users.find(({ name }) => name === user)?.uid;
  const own = new Set((await findServiceProcesses(uid, installDir)).map(({ pid }) => pid));
  return {
    windowMs: load.windowMs,
    cpus: load.cpus,
    load1: loadavg()[0] ?? 0,
    cpuPercent: load.shares?.busy ?? null,
    iowaitPercent: load.shares?.iowait ?? null,
    stealPercent: load.shares?.steal ?? null,
    ownPercent: ownPercent(load, own),
    memory,
    pressure: load.pressure,
    busy: load.disks?.slice(0, DISKS_TOLD) ?? null,
    disks,
    processes: await describe(load, own, users, redact),
    observedAt: new Date().toISOString(),
  };
}

/** Null where nobody used any. */
function ownPercent({ pids }: Load, own: ReadonlySet<number>): number | null {
  if (pids.length === 0) return null;
  const parts = pids.filter(({ pid }) => own.has(pid)).map(({ part }) => part);
  return Math.round(100 * parts.reduce((sum, part) => sum + part, 0));
}

/** By the table of processes; one that has ended since has no name any more. */
async function describe(
  { pids }: Load,
  own: ReadonlySet<number>,
  users: User[],
  redact: HostDeps['redact'],
): Promise<BusyProcess[]> {
  const told: BusyProcess[] = [];
  for (const { pid, cpuPercent } of pids.slice(0, PROCESSES_TOLD)) {
    const record = await findProcess(pid);
    if (record === undefined) continue;
    const user = users.find(({ uid }) => uid === record.uid)?.name ?? String(record.uid ?? '');
    const command = commandOf(record, redact);
    told.push({ pid, user, command, cpuPercent, rssBytes: record.rssBytes, isOwn: own.has(pid) });
  }
  return told;
}
