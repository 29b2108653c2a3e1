import type { BusyProcess, LoadState } from '../../../shared/observations/latency/load';
import type { HostSteps } from '../../runbook/host-steps';
import { describeDisk } from '../resources';
import { size } from '../../../shared/text/sizes';
import type { LatencyLimits } from './latency';

/** `uptime`, `iostat 1 5` and `ps aux` of the document, of one short window. */
export function observeLoad(cite: string, windowMs: number, steps: HostSteps): Promise<LoadState | undefined> {
  return steps.wait(
    { cite, title: 'Load, CPU, memory, pressure and disks' },
    windowMs,
    (host) => host.observeLoad({ windowMs }),
    describeLoad,
    'look',
  );
}

/** `load 12.1 of 4 CPUs; CPU 97 %, iowait 1 %, …; disk sda 12 % busy; /data 40 % used; top: 310 % python3 main.py` */
export function describeLoad(load: LoadState): string {
  const { memory, disks } = load;
  const used = `memory ${size(memory.availableBytes)} of ${size(memory.totalBytes)} available`;
  const top = load.processes.map(processText);
  return [
    `load ${Math.round(load.load1 * 10) / 10} of ${load.cpus} CPUs`,
    `${cpuText(load)}, steal ${percent(load.stealPercent)}`,
    used,
    `pressure: ${pressureText(load)}`,
    `disks: ${busyText(load)}`,
    disks.map(describeDisk).join(', '),
    `top: ${top.length === 0 ? 'no process used any CPU' : top.join(', ')}`,
  ].join('; ');
}

/** `CPU 97 %, iowait 1 %` */
export function cpuText({ cpuPercent, iowaitPercent }: LoadState): string {
  return `CPU ${percent(cpuPercent)}, iowait ${percent(iowaitPercent)}`;
}

function pressureText({ pressure }: LoadState): string {
  const { cpu, io, memory } = pressure;
  return `CPU ${percent(cpu)}, disks ${percent(io)}, memory ${percent(memory)}`;
}

function busyText({ busy }: LoadState): string {
  if (busy === null) return 'not known';
  return busy.map(({ device, busyPercent, waitMs }) => `${device} ${busyPercent} % busy (${waitMs} ms)`).join(', ');
}

/** `310 % python3 main.py (kingfisher, 1.2 GiB)` */
export function processText({ cpuPercent, command, user, rssBytes }: BusyProcess): string {
  return `${cpuPercent} % ${command} (${user}, ${size(rssBytes)})`;
}

function percent(value: number | null): string {
  return value === null ? 'not known' : `${value} %`;
}

/** Undefined where CPUs are not busy; null where nobody knows. */
export function cpuEvidence(load: LoadState | undefined, { cpuPercent }: LatencyLimits): string | null | undefined {
  if (load === undefined || load.cpuPercent === null) return null;
  if (load.cpuPercent < cpuPercent) return undefined;
  const [top] = load.processes;
  const own = load.ownPercent === null ? '' : `; KingFisher has ${load.ownPercent} % of what is used`;
  return `CPU ${load.cpuPercent} % busy${own}${top === undefined ? '' : `; most by ${processText(top)}`}`;
}

/** The same of disks: one that is full, one that is at work all the time, or CPUs that wait for them. */
export function diskEvidence(load: LoadState | undefined, limits: LatencyLimits): string | null | undefined {
  if (load === undefined) return null;
  const { iowaitPercent, busy, disks } = load;
  const waits =
    (iowaitPercent ?? 0) >= limits.iowaitPercent ? [`CPUs wait for disks ${iowaitPercent} % of the time`] : [];
  const isBusy = (busy ?? []).filter(({ busyPercent }) => busyPercent >= limits.diskBusyPercent);
  const said = [
    ...waits,
    ...isBusy.map(({ device, busyPercent, waitMs }) => `${device} is busy ${busyPercent} % of the time (${waitMs} ms)`),
    ...disks.filter(({ full }) => full).map(describeDisk),
  ];
  if (said.length > 0) return said.join('; ');
  return iowaitPercent === null && busy === null ? null : undefined;
}
