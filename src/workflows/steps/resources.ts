import type { DiskState, Resources } from '../../shared/observations/files';
import type { Incident } from '../incident/incident';
import type { HostSteps } from '../runbook/host-steps';
import { size } from '../../shared/text/sizes';

export function observeResources(cite: string, steps: HostSteps): Promise<Resources | undefined> {
  return steps.observe({ cite, title: 'Memory and disk' }, (host) => host.observeResources(), describeResources);
}

export function describeResources(resources: Resources): string {
  const { memory, disks, dependencyDisks, load1, oomKills } = resources;
  const disk = [...disks, ...dependencyDisks].map(describeDisk);
  const kills = oomKills.victims.length === 0 ? '' : `; killed for memory: ${oomKills.victims.join(', ')}`;
  return `memory ${size(memory.availableBytes)} of ${size(memory.totalBytes)} available; disk ${disk.join(', ')}; load ${load1}${kills}`;
}

export function describeDisk({ path, usedPercent, availableBytes, full, readOnly }: DiskState): string {
  const marks = [full ? ' (full)' : '', readOnly ? ' (read-only)' : ''].join('');
  return `${path} ${usedPercent} % used, ${size(availableBytes)} free${marks}`;
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

function placeOf({ path, mount }: DiskState): string {
  return mount === '' || mount === path ? path : `${mount} (holds ${path})`;
}

export function isDiskFull(resources: Resources | undefined): boolean {
  return resources?.disks.some((disk) => disk.full) ?? false;
}
