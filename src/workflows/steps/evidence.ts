import type {
  DiskState,
  LogTail,
  PortState,
  ProcessList,
  RecentStarts,
  Resources,
  ServiceState,
  StartLog,
  StartReason,
} from '../../shared/observations/observations';
import type { Incident } from '../incident/incident';
import { listensElsewhere, size } from './tell';

/**
 * From observations to named findings. Evidence that is absent, malformed or stale gets a name of its own: it is never
 * read as good.
 */

export function noteService(incident: Incident, cite: string, state: ServiceState | undefined): void {
  if (state === undefined) return;
  const unusable = unusableUnit(state);
  if (unusable !== undefined) incident.addFinding(unusable.name, cite, unusable.detail);
  if (state.result === 'oom-kill') incident.addFinding('OutOfMemory', cite, `${state.unit} was killed for memory`);
  if (state.result === 'start-limit-hit')
    incident.addFinding('StartLimitHit', cite, `${state.unit} failed too often, too quickly`);
}

/** Starts that one after another did not last: no further one ends that. */
export function noteStarts(incident: Incident, cite: string, starts: RecentStarts | undefined): void {
  if (starts?.evidence !== 'present') return;
  const { startsPerHour } = incident.input.policy;
  if (starts.startedAt.length <= startsPerHour) return;
  incident.addFinding(
    'CrashLoop',
    cite,
    `KingFisher was started more than ${startsPerHour} times within the last hour`,
  );
}

/** Why the last start failed, in the service's own words, where it does not run. */
export function noteStart(
  incident: Incident,
  cite: string,
  state: ServiceState | undefined,
  log: StartLog | undefined,
): void {
  const reason = log?.reason;
  if (reason === undefined || reason === null || state === undefined || state.active === 'active') return;
  incident.addFinding(START_FINDINGS[reason.kind] ?? 'StartFailed', cite, reason.text);
}

const START_FINDINGS: Partial<Record<StartReason['kind'], string>> = {
  configuration: 'ConfigurationInvalid',
  port: 'PortTaken',
};

export function noteProcesses(incident: Incident, cite: string, list: ProcessList | undefined): void {
  for (const process of list?.processes.filter((p) => p.state === 'T') ?? []) {
    incident.addFinding('ProcessStopped', cite, `pid ${process.pid} is stopped (SIGSTOP): ${process.command}`);
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

/** It runs, and its probes and its scraper ask somewhere else. */
export function noteOtherPort(incident: Incident, cite: string, port: PortState | undefined): void {
  if (port === undefined || port.elsewhere.length === 0) return;
  incident.addFinding('OtherPort', cite, `KingFisher does not listen on ${port.port}${listensElsewhere(port)}`);
}

export function noteResources(incident: Incident, cite: string, resources: Resources | undefined): void {
  if (resources === undefined) return;
  const disks = [...resources.disks, ...resources.dependencyDisks];
  noteReadOnly(incident, cite, disks);
  for (const disk of disks.filter((d) => d.full)) {
    const inodes = disk.inodesUsedPercent >= 99 ? `, ${disk.inodesUsedPercent} % of inodes used` : '';
    incident.addFinding(
      'DiskFull',
      cite,
      `${placeOf(disk)}: ${disk.usedPercent} % used, ${size(disk.availableBytes)} free${inodes}`,
    );
  }
  const victims = resources.oomKills.victims.filter((victim) => /king|python|node/i.test(victim));
  if (victims.length > 0)
    incident.addFinding('OutOfMemory', cite, `the kernel killed for memory: ${victims.join(', ')}`);
  const { availableBytes, totalBytes } = resources.memory;
  if (availableBytes < totalBytes * 0.02)
    incident.addFinding('OutOfMemory', cite, `${availableBytes} of ${totalBytes} bytes left`);
}

/** A root that is read-only and holds none of the rest is meant so. */
function noteReadOnly(incident: Incident, cite: string, disks: DiskState[]): void {
  const texts = disks
    .filter(({ path, readOnly }) => readOnly && path !== '/')
    .map((disk) => `${placeOf(disk)} is read-only: nothing can be written there`);
  incident.withdraw(({ name, detail }) => name === 'DiskReadOnly' && !texts.includes(detail));
  for (const text of texts) incident.addFinding('DiskReadOnly', cite, text);
}

/** `resources`: observed at the same time, to tell a full disk from another limit. */
export function noteLog(incident: Incident, cite: string, log: LogTail | undefined, resources?: Resources): void {
  if (log === undefined) return;
  if (log.evidence !== 'present')
    incident.addFinding(LOG_FINDINGS[log.evidence], cite, `${log.path} is ${log.evidence}`);
  noteLines(incident, cite, nameOf(log), log.lines, resources);
}

/** What a log or a journal says of memory and disks. */
export function noteLines(
  incident: Incident,
  cite: string,
  name: string,
  lines: string[],
  resources: Resources | undefined,
): void {
  const last = (pattern: RegExp) => lines.findLast((line) => pattern.test(line));
  const memory = last(/MemoryError|out of memory|Fatal process OOM|Cannot allocate memory|ENOMEM/i);
  if (memory !== undefined) incident.addFinding('OutOfMemory', cite, `${name}: ${memory}`);
  const readOnly = last(/EROFS|Read-only file system/i);
  if (readOnly !== undefined) incident.addFinding('DiskReadOnly', cite, `${name}: ${readOnly}`);
  const space = last(/No space left on device|ENOSPC|inotify watch limit/i);
  if (space !== undefined) incident.addFinding(spaceFinding(space, resources), cite, `${name}: ${space}`);
}

/** The kernel has one error for a full disk, for a limit of inotify watches, and for a quota. */
function spaceFinding(line: string, resources: Resources | undefined): string {
  if (/inotify|file watchers|watch limit|\bwatch '/i.test(line)) return 'InotifyLimit';
  return isDiskFull(resources) ? 'DiskFull' : 'NoSpaceInLog';
}

function placeOf({ path, mount }: DiskState): string {
  return mount === '' || mount === path ? path : `${mount} (holds ${path})`;
}

/** `service.log` */
function nameOf({ path }: LogTail): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

const LOG_FINDINGS = { absent: 'LogAbsent', malformed: 'LogMalformed', stale: 'LogStale' } as const;

export function isDiskFull(resources: Resources | undefined): boolean {
  return resources?.disks.some((disk) => disk.full) ?? false;
}
