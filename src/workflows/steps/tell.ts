import { formatDuration, roughDuration } from '../../shared/text/durations';
import { isHealthy } from '../../shared/observations/observations';
import type {
  Change,
  ConfigurationCheck,
  DependencyState,
  DiskState,
  EndpointState,
  FileCount,
  HealthState,
  LogTail,
  MetricsState,
  PortState,
  ProcessList,
  RecentStarts,
  Resources,
  ServiceState,
} from '../../shared/observations/observations';
import type { HealthVerdict } from '../../shared/observations/readings';
import type { Told } from '../runbook/host-steps';

/** How observations read in the timeline: one line each, what was seen and no opinion. */

export function tellService(state: ServiceState): string {
  if (state.load !== 'loaded') return `${state.unit} is ${state.load}`;
  const exit = state.exitStatus === null || state.result === 'success' ? '' : `, status ${state.exitStatus}`;
  const why = state.result === 'success' ? '' : ` (${state.result}${exit})`;
  const pid = state.mainPid === null ? '' : `, pid ${state.mainPid}`;
  const since = state.active === 'active' && state.startedAt !== null ? ` since ${state.startedAt.slice(0, 19)}Z` : '';
  return `${state.unit} ${state.active}/${state.sub}${why}${pid}${since}`;
}

export function tellRestart(change: Change<ServiceState>): string {
  const { before, after } = change;
  return `${before.active} [${shortId(before)}] → ${tellService(after)} [${shortId(after)}]`;
}

function shortId(state: ServiceState): string {
  return state.invocation === '' ? 'never started' : state.invocation.slice(0, 8);
}

export function tellStarts(starts: RecentStarts): Told {
  if (starts.evidence !== 'present') return { status: 'notSo', detail: `start history ${starts.evidence}` };
  const times = starts.startedAt.slice(-5).map((at) => at.slice(11, 19));
  return times.length === 0
    ? 'none in the last hour'
    : `${starts.startedAt.length} in the last hour: ${times.join(', ')}`;
}

export function tellProcesses(list: ProcessList): Told {
  if (list.processes.length === 0) return { status: 'notSo', detail: 'none' };
  const shown = list.processes.slice(0, 5).map((p) => `${p.pid} ${p.state} ${p.command}`);
  const more = list.processes.length - shown.length + list.more;
  return shown.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

export function tellPort(port: PortState): Told {
  const elsewhere = listensElsewhere(port);
  if (!port.listening) return { status: 'notSo', detail: `nobody listens on ${port.port}${elsewhere}` };
  return port.owner === null ? 'listening' : `listening: pid ${port.owner.pid} ${port.owner.command}`;
}

/** `; its pid 42 listens on 8100`, empty where it does not. */
export function listensElsewhere({ elsewhere }: PortState): string {
  return elsewhere.map(({ pid, ports }) => `; its pid ${pid} listens on ${ports.join(', ')}`).join('');
}

export function tellLog(log: LogTail): Told {
  if (log.lines.length === 0) {
    return { status: 'notSo', detail: `${log.path}: ${log.evidence === 'present' ? 'it says nothing' : log.evidence}` };
  }
  const written = log.modifiedAt === null ? '' : `, last written ${log.modifiedAt.slice(0, 19)}Z`;
  return `${log.path}: ${log.lines.length} lines${written}${log.evidence === 'present' ? '' : ` (${log.evidence})`}. Last: ${log.lines.slice(-3).join(' ⏎ ')}`;
}

export function tellResources(resources: Resources): string {
  const { memory, disks, dependencyDisks, load1, oomKills } = resources;
  const disk = [...disks, ...dependencyDisks].map(tellDisk);
  const kills = oomKills.victims.length === 0 ? '' : `; killed for memory: ${oomKills.victims.join(', ')}`;
  return `memory ${size(memory.availableBytes)} of ${size(memory.totalBytes)} available; disk ${disk.join(', ')}; load ${load1}${kills}`;
}

function tellDisk({ path, usedPercent, availableBytes, full, readOnly }: DiskState): string {
  const marks = [full ? ' (full)' : '', readOnly ? ' (read-only)' : ''].join('');
  return `${path} ${usedPercent} % used, ${size(availableBytes)} free${marks}`;
}

export function tellHealth(state: HealthState): Told {
  const detail = healthLine(state);
  return isHealthy(state) ? detail : { status: 'notSo', detail };
}

/** `/metrics answers 200 with application/json, which Prometheus cannot read: {"status":"ok"}` */
export function tellMetrics({ path, endpoint, contentType, format, samples }: MetricsState): Told {
  if (endpoint.answer === 'ok') return `${path} answers ${endpoint.status} with ${samples} samples`;
  const said = endpoint.detail === '' ? '' : `: ${endpoint.detail}`;
  if (endpoint.answer !== 'malformed' || endpoint.status === null) {
    return { status: 'notSo', detail: `${path} answers ${endpointLine(endpoint)}${said}` };
  }
  const what = format === 'empty' ? 'nothing' : (contentType ?? 'no content type');
  return {
    status: 'notSo',
    detail: `${path} answers ${endpoint.status} with ${what}, which Prometheus cannot read${said}`,
  };
}

export function tellVerdict(verdict: HealthVerdict): Told {
  if (verdict.holds) return `healthy since ${verdict.since?.slice(11, 23) ?? '?'}, and stayed so`;
  const why = {
    deadline: 'not healthy in time',
    notRunning: 'the service does not run',
    died: 'the service was well and ended',
    dependencyNotReady: 'a dependency is missing',
    refused: 'Halcyon is refused',
    held: '',
  };
  return {
    status: 'notSo',
    detail: `${why[verdict.ended]}, ${roughDuration(verdict.waitedMs)} later: ${healthLine(verdict.last)}`,
  };
}

function healthLine(state: HealthState): string {
  const failing = state.failingChecks.length === 0 ? '' : ` (${state.failingChecks.join('; ')})`;
  return `/health ${endpointLine(state.health)}, /ready ${endpointLine(state.ready)}${failing}`;
}

function endpointLine(endpoint: EndpointState): string {
  return endpoint.status === null ? endpoint.answer : String(endpoint.status);
}

export function tellDependency(state: DependencyState): Told {
  const unit = state.unit === null ? '' : `; ${tellService(state.unit)}`;
  const management = state.management === null ? '' : `; management ${endpointLine(state.management)}`;
  const disk = state.disk?.full === true ? `; ${tellDisk(state.disk)}` : '';
  if (state.condition === 'well') return `answers in ${formatDuration(state.endpoint.latencyMs)}${management}${disk}`;
  return { status: 'notSo', detail: `${state.condition}: ${state.why}${unit}${management}${disk}` };
}

export function tellConfiguration(check: ConfigurationCheck): Told {
  if (check.evidence !== 'present')
    return { status: 'notSo', detail: `could not be checked (${check.evidence}): ${check.output}` };
  return check.valid ? 'valid' : { status: 'notSo', detail: check.output };
}

export function tellFiles(change: Change<FileCount>): string {
  const { before, after } = change;
  return `${before.files} files, ${size(before.bytes)} → ${after.files} files, ${size(after.bytes)}`;
}

/** `1.5 GiB` */
export function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]!}`;
}
