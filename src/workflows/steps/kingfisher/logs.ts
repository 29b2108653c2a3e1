import type { LogTail, Resources } from '../../../shared/observations/files';
import type { Incident } from '../../incident/incident';
import type { HostSteps, StepReport } from '../../runbook/host-steps';
import { isDiskFull } from '../resources';

export function observeLog(cite: string, steps: HostSteps): Promise<LogTail | undefined> {
  return steps.observe({ cite, title: 'Last 50 log lines' }, (host) => host.observeLogTail({ lines: 50 }), describeLog);
}

export function describeLog(log: LogTail): StepReport {
  if (log.lines.length === 0) {
    return { status: 'notSo', detail: `${log.path}: ${log.evidence === 'present' ? 'it says nothing' : log.evidence}` };
  }
  const written = log.modifiedAt === null ? '' : `, last written ${log.modifiedAt.slice(0, 19)}Z`;
  return `${log.path}: ${log.lines.length} lines${written}${log.evidence === 'present' ? '' : ` (${log.evidence})`}. Last: ${log.lines.slice(-3).join(' ⏎ ')}`;
}

/** `resources`: observed at the same time, to tell a full disk from another limit. */
export function noteLog(incident: Incident, cite: string, log: LogTail | undefined, resources?: Resources): void {
  if (log === undefined) return;
  noteLogEvidence(incident, cite, log);
  noteLines(incident, cite, nameOf(log), log.lines, resources);
}

/** A log that says nothing of the present. */
export function noteLogEvidence(incident: Incident, cite: string, log: Pick<LogTail, 'path' | 'evidence'>): void {
  if (log.evidence === 'present') return;
  incident.addFinding(LOG_FINDINGS[log.evidence], cite, `${log.path} is ${log.evidence}`);
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

/** `service.log` */
function nameOf({ path }: LogTail): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

const LOG_FINDINGS = { absent: 'LogAbsent', malformed: 'LogMalformed', stale: 'LogStale' } as const;
