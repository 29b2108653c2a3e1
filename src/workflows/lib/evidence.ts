import type {
  DiskState,
  LogTail,
  PortState,
  ProcessList,
  RecentStarts,
  Resources,
  ServiceState,
} from '../../shared/observations';
import type { Incident } from './incident';

/**
 * From observations to named findings. Evidence that is absent, malformed or stale gets a name of its own: it is never
 * read as good.
 */

export function noteService(incident: Incident, cite: string, state: ServiceState | undefined): void {
  if (state === undefined) return;
  if (state.load === 'masked')
    incident.find('UnitMasked', cite, `${state.unit} is masked: somebody does not want it to run`);
  else if (state.load !== 'loaded') incident.find('UnitUnusable', cite, `${state.unit}: systemd says ${state.load}`);
  if (state.result === 'oom-kill') incident.find('OutOfMemory', cite, `${state.unit} was killed for memory`);
  if (state.result === 'start-limit-hit')
    incident.find('StartLimitHit', cite, `${state.unit} failed too often, too quickly`);
}

/** Starts that one after another did not last: no further one ends that. */
export function noteStarts(incident: Incident, cite: string, starts: RecentStarts | undefined): void {
  if (starts?.evidence !== 'present') return;
  const { startsPerHour } = incident.input.policy;
  if (starts.startedAt.length <= startsPerHour) return;
  incident.find('CrashLoop', cite, `KingFisher was started more than ${startsPerHour} times within the last hour`);
}

export function noteProcesses(incident: Incident, cite: string, list: ProcessList | undefined): void {
  for (const process of list?.processes.filter((p) => p.state === 'T') ?? []) {
    incident.find('ProcessStopped', cite, `pid ${process.pid} is stopped (SIGSTOP): ${process.command}`);
  }
}

/** Somebody else on the service's port: a restart cannot help until that one is gone. */
export function notePort(
  incident: Incident,
  cite: string,
  port: PortState | undefined,
  list: ProcessList | undefined,
): void {
  const owner = port?.owner;
  if (owner === undefined || owner === null || list === undefined || list.more > 0) return;
  if (list.processes.some((process) => process.pid === owner.pid)) return;
  incident.find('PortTaken', cite, `port ${port?.port} is held by pid ${owner.pid}: ${owner.command}`);
}

export function noteResources(incident: Incident, cite: string, resources: Resources | undefined): void {
  if (resources === undefined) return;
  const disks = [...resources.disks, ...resources.dependencyDisks];
  noteReadOnly(incident, cite, disks);
  for (const disk of disks.filter((d) => d.full)) {
    const inodes = disk.inodesUsedPercent >= 99 ? `, ${disk.inodesUsedPercent} % of inodes used` : '';
    incident.find(
      'DiskFull',
      cite,
      `${disk.path}: ${disk.usedPercent} % used, ${disk.availableBytes} bytes free${inodes}`,
    );
  }
  const victims = resources.oomKills.victims.filter((victim) => /king|python|node/i.test(victim));
  if (victims.length > 0) incident.find('OutOfMemory', cite, `the kernel killed for memory: ${victims.join(', ')}`);
  const { availableBytes, totalBytes } = resources.memory;
  if (availableBytes < totalBytes * 0.02)
    incident.find('OutOfMemory', cite, `${availableBytes} of ${totalBytes} bytes left`);
}

/** A root that is read-only and holds none of the rest is meant so. */
function noteReadOnly(incident: Incident, cite: string, disks: DiskState[]): void {
  const texts = disks
    .filter(({ path, readOnly }) => readOnly && path !== '/')
    .map(({ path }) => `the file system of ${path} is read-only: nothing can be written there`);
  incident.withdraw(({ name, detail }) => name === 'DiskReadOnly' && !texts.includes(detail));
  for (const text of texts) incident.find('DiskReadOnly', cite, text);
}

export function noteLog(incident: Incident, cite: string, log: LogTail | undefined): void {
  if (log === undefined) return;
  if (log.evidence !== 'present') incident.find(LOG_FINDINGS[log.evidence], cite, `${log.path} is ${log.evidence}`);
  const memory = log.lines.findLast((line) =>
    /MemoryError|out of memory|Fatal process OOM|Cannot allocate memory|ENOMEM/i.test(line),
  );
  if (memory !== undefined) incident.find('OutOfMemory', cite, `service.log: ${memory}`);
  const disk = log.lines.findLast((line) => /No space left on device|ENOSPC/i.test(line));
  if (disk !== undefined) incident.find('DiskFull', cite, `service.log: ${disk}`);
}

const LOG_FINDINGS = { absent: 'LogAbsent', malformed: 'LogMalformed', stale: 'LogStale' } as const;

export function isDiskFull(resources: Resources | undefined): boolean {
  return resources?.disks.some((disk) => disk.full) ?? false;
}
