import type { ConfigurationCheck } from '../../shared/observations/files';
import type { PortState, ProcessList, ServiceState } from '../../shared/observations/service';
import type { Incident } from '../incident/incident';
import type { HostSteps, StepReport } from '../runbook/host-steps';
import { observePort, observeProcesses, takenPort } from './kingfisher/processes';
import { observeService, unusableUnit } from './kingfisher/service';

const OBSTACLES = ['UnitMasked', 'UnitUnusable', 'PortTaken', 'ConfigurationInvalid'];

/** What was seen of KingFisher that tells whether a start of it can work. */
export interface Seen {
  service: ServiceState | undefined;
  port: PortState | undefined;
  processes: ProcessList | undefined;
  configuration: ConfigurationCheck | undefined;
}

/** KingFisher's own check of its configuration. */
export function checkConfiguration(cite: string, steps: HostSteps): Promise<ConfigurationCheck | undefined> {
  return steps.observe(
    { cite, title: 'Check the configuration' },
    (host) => host.checkConfiguration(),
    describeConfiguration,
  );
}

/** Looks at all that can stand in the way of a start; all at the same time. */
export async function observeObstacles(cite: string, steps: HostSteps): Promise<Seen> {
  const [service, port, processes, configuration] = await Promise.all([
    observeService(cite, steps),
    observePort(cite, steps),
    observeProcesses(cite, steps),
    checkConfiguration(cite, steps),
  ]);
  return { service, port, processes, configuration };
}

/**
 * Why a start of KingFisher cannot work, as far as it is known before: each is a finding, and for people. Whoever would
 * stop it first, or start it in vain, does neither. What could not be seen stands in no way.
 */
export function noteObstacles(
  incident: Incident,
  cite: string,
  { service, port, processes, configuration }: Seen,
): string[] {
  const isInvalid = configuration?.evidence === 'present' && !configuration.valid;
  const obstacles = [
    service === undefined ? undefined : unusableUnit(service),
    takenPort(port, processes),
    isInvalid ? { name: 'ConfigurationInvalid', detail: configuration.output } : undefined,
  ].filter((obstacle) => obstacle !== undefined);
  incident.withdraw(
    (known) =>
      known.cite === cite && OBSTACLES.includes(known.name) && !obstacles.some(({ name }) => name === known.name),
  );
  for (const { name, detail } of obstacles) incident.addFinding(name, cite, detail);
  return obstacles.map(({ name, detail }) => `${name}: ${detail}`);
}

export function describeConfiguration(check: ConfigurationCheck): StepReport {
  if (check.evidence !== 'present')
    return { status: 'notSo', detail: `could not be checked (${check.evidence}): ${check.output}` };
  return check.valid ? 'valid' : { status: 'notSo', detail: check.output };
}
