import type { Change } from '../../../shared/observations/change';
import type {
  OpenFiles,
  PortState,
  ProcessList,
  ServiceState,
  StrayList,
  StraysEnded,
} from '../../../shared/observations/service';
import type { Incident } from '../../incident/incident';
import type { HostSteps, StepReport } from '../../runbook/host-steps';
import { describeRestart } from './service';
import type { Named } from './service';

/** Steps on the processes of KingFisher, its port, and what it holds open. */

export function observeProcesses(cite: string, steps: HostSteps) {
  return steps.observe({ cite, title: 'Processes' }, (host) => host.observeProcesses(), describeProcesses);
}

export function observePort(cite: string, steps: HostSteps) {
  return steps.observe({ cite, title: 'Port' }, (host) => host.observePort(), describePort);
}

export function describeProcesses(list: ProcessList): StepReport {
  if (list.processes.length === 0) return { status: 'notSo', detail: 'none' };
  const shown = list.processes.slice(0, 5).map((p) => `${p.pid} ${p.state} ${p.command}`);
  const more = list.processes.length - shown.length + list.more;
  return shown.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

export function describePort(port: PortState): StepReport {
  const elsewhere = listensElsewhere(port);
  if (!port.listening) return { status: 'notSo', detail: `nobody listens on ${port.port}${elsewhere}` };
  return port.owner === null ? 'listening' : `listening: pid ${port.owner.pid} ${port.owner.command}`;
}

/** `; its pid 42 listens on 8100`, empty where it does not. */
export function listensElsewhere({ elsewhere }: PortState): string {
  return elsewhere.map(({ pid, ports }) => `; its pid ${pid} listens on ${ports.join(', ')}`).join('');
}

export function noteProcesses(incident: Incident, cite: string, list: ProcessList | undefined): void {
  for (const process of list?.processes.filter((p) => p.state === 'T') ?? []) {
    incident.addFinding('ProcessStopped', cite, `pid ${process.pid} is stopped (SIGSTOP): ${process.command}`);
  }
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

/** So near to its limit a process soon gets no file and no connection any more. */
const NEARLY_ALL = 0.95;

/** In words, that the process can open nothing more: a finding. Undefined where it can, or nobody knows. */
export async function noteOpenFiles(cite: string, steps: HostSteps, incident: Incident): Promise<string | undefined> {
  const seen = await steps.observe(
    { cite, title: 'Open files of KingFisher' },
    (host) => host.observeOpenFiles({ service: 'kingfisher' }),
    describeOpenFiles,
  );
  if (seen === undefined || seen.limit === null || seen.open < seen.limit * NEARLY_ALL) return undefined;
  const detail = `pid ${seen.pid} has ${describeOpenFiles(seen)}`;
  incident.addFinding('OpenFilesExhausted', cite, detail);
  return detail;
}

export function describeOpenFiles({ open, limit }: OpenFiles): string {
  return limit === null ? `${open} open, no limit` : `${open} of ${limit} files open`;
}

const GRACE_MS = 5_000;

/** Undefined when it could not be stopped. What it left running besides is a finding at most. */
export async function stopKingfisher(steps: HostSteps): Promise<Change<ServiceState> | undefined> {
  const stopped = await steps.tryAct(
    { cite: 'H.1', title: 'Stop KingFisher' },
    { restarts: 'kingfisher' },
    (host, permit) => host.ensureStopped({ service: 'kingfisher', permit }),
    describeRestart,
  );
  // One that cannot be stopped is no stray.
  if (stopped === undefined) return undefined;
  await steps.tryAct(
    { cite: 'H.1', title: 'End stray processes' },
    {},
    (host, permit) => host.ensureStraysEnded({ graceMs: GRACE_MS, permit }),
    describeStraysEnded,
  );
  return stopped;
}

export async function planStop(steps: HostSteps): Promise<void> {
  await steps.observe(
    { cite: 'H.1', title: 'Would end stray processes' },
    (host) => host.observeStrays(),
    describeStrays,
  );
}

export function describeStrays(list: StrayList): string {
  const shown = list.processes.slice(0, 5).map(({ pid, command }) => `${pid} ${command}`);
  const more = list.processes.length - shown.length + list.more;
  return shown.length === 0 ? 'none' : shown.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

export function describeStraysEnded(change: StraysEnded): string {
  const how = change.ended.slice(0, 5).map((end) => `${end.pid} ${end.command} (${end.how})`);
  const left = change.after.processes.length + change.after.more;
  return `${change.before.processes.length + change.before.more} → ${left}${how.length > 0 ? `: ${how.join('; ')}` : ''}`;
}
