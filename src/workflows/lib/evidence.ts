import type { LogTail, PortState, ProcessList, RecentStarts, Resources, ServiceState } from '../../shared/observations';
import type { Incident } from './incident';

/**
 * From observations to named findings. Evidence that is absent, malformed or stale gets a name of its own: it is never
 * read as good.
 */

export function noteService(incident: Incident, cite: string, state: ServiceState | undefined): void {
  if (state === undefined) return;
  const unusable = unusableUnit(state);
  if (unusable !== undefined) incident.find(unusable.name, cite, unusable.detail);
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

/** Something seen that has a name. */
export interface Named {
  name: string;
  detail: string;
}

/** A unit that its manager cannot start. */
export function unusableUnit({ unit, load }: ServiceState): Named | undefined {
  if (load === 'loaded') return undefined;
  if (load === 'masked') return { name: 'UnitMasked', detail: `${unit} is masked: somebody does not want it to run` };
  return { name: 'UnitUnusable', detail: `${unit}: systemd says ${load}` };
}

/** Somebody else on the service's port: a restart cannot help until that one is gone. */
export function takenPort(port: PortState | undefined, list: ProcessList | undefined): Named | undefined {
  const owner = port?.owner;
  if (owner === undefined || owner === null || list === undefined || list.more > 0) return undefined;
  if (list.processes.some((process) => process.pid === owner.pid)) return undefined;
  return { name: 'PortTaken', detail: `port ${port?.port} is held by pid ${owner.pid}: ${owner.command}` };
}

export function noteResources(incident: Incident, cite: string, resources: Resources | undefined): void {
  if (resources === undefined) return;
  for (const disk of resources.disks.filter((d) => d.full)) {
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
