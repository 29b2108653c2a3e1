import type { DependencyState, HealthState } from '../../shared/observations/probes';
import type { DependencyName, ServiceState } from '../../shared/observations/service';
import type { Diagnosed } from '../runbook/runbook';
import type { Scene } from '../runbook/scene';
import { observeAllowed } from '../steps/allowed';
import { isMissing, lookAtDependencies } from '../steps/dependencies';
import { observeHealthCalmly } from '../steps/kingfisher/health';
import { noteLog, observeLog } from '../steps/kingfisher/logs';
import type { BlockedPaths } from '../steps/dependency-path';
import { checkConfiguration, noteObstacles } from '../steps/obstacles';
import { noteOtherPort, noteProcesses, observePort, observeProcesses } from '../steps/kingfisher/processes';
import { isDiskFull, noteResources, observeResources } from '../steps/resources';
import { noteService, noteStart, noteStarts, observeRecentStarts, observeService } from '../steps/kingfisher/service';
import { observeStartLog } from '../steps/kingfisher/start-log';

export interface Diagnosis extends Diagnosed {
  service: ServiceState | undefined;
  health: HealthState | undefined;
  diskFull: boolean;
  /** What KingFisher stands on and did not speak of, where it is alive. */
  unchecked: DependencyState[];
  /** All that it stands on; filled by A.2. */
  dependencies: DependencyState[];
  /** Of those that are down, why they only cannot be reached; filled by A.2. */
  blocked: BlockedPaths;
  /** What was restarted by A.2, and answered. */
  cameBack: DependencyName[];
  /** A process of KingFisher is stopped by a signal. */
  isStopped: boolean;
  /** What KingFisher has used up: filled by its cause of A.1. */
  exhausted?: string | undefined;
  /** Why a start of KingFisher cannot work. */
  obstacles: string[];
  /** When the diagnosis began. */
  since: string;
  /** Filled when nothing else helped. */
  stillWrong?: string | undefined;
}

/** ps, lsof, tail, free, df of the document, and what systemd and KingFisher say themselves; all at the same time. */
export async function diagnose({ steps, incident }: Scene): Promise<Diagnosis> {
  const cite = 'A.diagnosis';
  const since = new Date().toISOString();
  const asked = observeProcesses(cite, steps);
  const [allowed, service, [health, unchecked], log, resources, processes, port, configuration, startLog, starts] =
    await Promise.all([
      observeAllowed(cite, steps, incident),
      observeService(cite, steps),
      observeHealthCalmly(cite, steps, asked).then(async (state) => [state, await lookAtUnchecked(state)] as const),
      observeLog(cite, steps),
      observeResources(cite, steps),
      asked,
      observePort(cite, steps),
      checkConfiguration('A.2', steps),
      observeStartLog(cite, 'kingfisher', steps),
      observeRecentStarts(cite, steps),
    ]);
  incident.noteFirstAction(service?.observedAt ?? health?.observedAt);
  noteService(incident, cite, service);
  noteStarts(incident, cite, starts);
  const obstacles = noteObstacles(incident, cite, { service, port, processes, configuration });
  noteStart(incident, cite, service, startLog);
  noteProcesses(incident, cite, processes);
  noteOtherPort(incident, cite, port);
  noteLog(incident, cite, log, resources);
  noteResources(incident, cite, resources);
  const isStopped = processes?.processes.some(({ state }) => state === 'T') === true;
  const diskFull = isDiskFull(resources);
  const seen = { allowed, service, health, unchecked, isStopped, diskFull, obstacles, since };
  return { ...seen, dependencies: [], blocked: {}, cameBack: [] };

  /** A KingFisher that is alive may stand on something that it does not name. */
  async function lookAtUnchecked(health: HealthState | undefined): Promise<DependencyState[]> {
    if (health?.health.answer !== 'ok' || health.failingChecks.length > 0) return [];
    return await lookAtDependencies(cite, steps, incident, health.unchecked);
  }
}

/** Why a restart is called for, in words; undefined when KingFisher itself is well and only waits for a dependency. */
export function symptom({ service, health, unchecked }: Diagnosis): string | undefined {
  if (service === undefined) return undefined;
  if (service.active !== 'active') return `unit is ${service.active} (${service.result})`;
  if (health === undefined) return 'unit is active, its health cannot be observed';
  if (health.health.answer !== 'ok') return `unit is active, /health ${health.health.answer}: ${health.health.detail}`;
  if (health.failingChecks.length > 0) return undefined;
  if (unchecked.some((state) => isMissing(state) || state.condition === 'busy')) return undefined;
  return `/health is well, /ready ${health.ready.answer}: ${health.ready.detail}`;
}
