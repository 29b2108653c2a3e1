import type { IncidentInput, IncidentResult } from '../../shared/incident';
import type { DependencyName, HealthState, ServiceState } from '../../shared/observations';
import { isDiskFull, noteLog, notePort, noteProcesses, noteResources, noteService, noteStarts } from '../lib/evidence';
import type { HostSteps } from '../lib/host-steps';
import type { Incident } from '../lib/incident';
import { followRunbook } from '../lib/follow-runbook';
import { runIncident } from '../lib/run-incident';
import type { Runbook } from '../lib/runbook';
import { fullRecoveryQuestion, recover } from './emergency-recovery';
import { tellConfiguration } from '../lib/tell';
import { observeLimits } from '../steps/recovery';
import { findDependenciesDown, restartDependency } from '../steps/dependencies';
import {
  freeSpace,
  observeHealth,
  observeLog,
  observePort,
  observeProcesses,
  observeRecentStarts,
  observeResources,
  observeService,
  restartKingfisher,
  verifyHealthy,
} from '../steps/kingfisher';

/** A. Service down: KingFisher does not answer, or is not ready to serve. */
export async function serviceDown(input: IncidentInput): Promise<IncidentResult> {
  return await runIncident(input, followRunbook(page));
}

interface Diagnosis {
  service: ServiceState | undefined;
  health: HealthState | undefined;
  diskFull: boolean;
  /** Filled by A.2. */
  down: DependencyName[];
  /** Filled when nothing else helped. */
  stillWrong?: string | undefined;
}

const page: Runbook<Diagnosis> = {
  page: 'A',
  title: 'Service down',
  diagnose,
  causes: [
    {
      cite: 'A.1',
      title: 'KingFisher does not run as it should',
      would: 'restart KingFisher',
      evidence: async ({ service, health }) => (service === undefined ? undefined : symptom(service, health)),
      remedy: async ({ service, diskFull }, steps) => {
        if (diskFull) await freeSpace(steps);
        if (service !== undefined) await restartKingfisher('A.1', service, steps);
      },
    },
    {
      cite: 'A.2',
      title: 'Its configuration is not valid',
      evidence: async (_found, steps, incident) => {
        await checkConfiguration(steps, incident);
        return undefined;
      },
    },
    {
      cite: 'A.2',
      title: 'A dependency is down',
      would: 'restart the dependency and KingFisher',
      evidence: async (found, steps, incident) => {
        found.down = await findDependenciesDown('A.2', steps, incident);
        return found.down.length === 0 ? undefined : found.down.join(', ');
      },
      remedy: async ({ down }, steps, incident) => {
        await Promise.all(down.map((dependency) => restartDependency('A.2', dependency, steps, incident)));
        // Well again, says Alertmanager: what is left is to verify.
        if (incident.isResolved) return;
        const service = await observeService('A.2', steps);
        if (service !== undefined) await restartKingfisher('A.2', service, steps);
      },
    },
    {
      cite: 'A.2',
      title: 'What the restart left behind',
      evidence: async (_found, steps, incident) => {
        await lookAgain(steps, incident);
        return undefined;
      },
    },
    {
      cite: 'H',
      title: 'Nothing else helped: a full recovery is the last resort',
      isLastResort: true,
      evidence: async (found, steps) => {
        found.stillWrong = await whatIsStillWrong(steps);
        return found.stillWrong;
      },
      remedy: async ({ stillWrong = '' }, steps, incident, safety) => {
        if (!(await safety.ask(fullRecoveryQuestion(incident.input, stillWrong)))) return;
        // Thinking takes time: somebody may have healed it meanwhile.
        if ((await whatIsStillWrong(steps)) !== undefined) await recover(incident, steps, safety);
      },
    },
  ],
  verify: (steps) => verifyHealthy('A', steps),
  handOver: { cite: 'A.3', title: 'Not healed: for the senior engineer on duty' },
};

/** ps, lsof, tail, free, df of the document, and what systemd and KingFisher say themselves; all at the same time. */
async function diagnose(steps: HostSteps, incident: Incident): Promise<Diagnosis> {
  const cite = 'A.diagnosis';
  const [service, health, log, resources, processes, port, starts] = await Promise.all([
    observeService(cite, steps),
    observeHealth(cite, steps),
    observeLog(cite, steps),
    observeResources(cite, steps),
    observeProcesses(cite, steps),
    observePort(cite, steps),
    observeRecentStarts(cite, steps),
  ]);
  incident.view.measures.firstActionAt ??= service?.observedAt ?? health?.observedAt ?? null;
  noteService(incident, cite, service);
  noteStarts(incident, cite, starts);
  noteProcesses(incident, cite, processes);
  notePort(incident, cite, port, processes);
  noteLog(incident, cite, log);
  noteResources(incident, cite, resources);
  return { service, health, diskFull: isDiskFull(resources), down: [] };
}

/** Why a restart is called for, in words; undefined when KingFisher itself is well and only waits for a dependency. */
function symptom(service: ServiceState, health: HealthState | undefined): string | undefined {
  if (service.active !== 'active') return `unit is ${service.active} (${service.result})`;
  if (health === undefined) return 'unit is active, its health cannot be observed';
  if (health.health.answer !== 'ok') return `unit is active, /health ${health.health.answer}: ${health.health.detail}`;
  if (health.failingChecks.length > 0) return undefined;
  return `/health is well, /ready ${health.ready.answer}: ${health.ready.detail}`;
}

/** People must correct it; Halcyon only says what is wrong. */
async function checkConfiguration(steps: HostSteps, incident: Incident): Promise<void> {
  const check = await steps.observe(
    { cite: 'A.2', title: 'Check the configuration' },
    (host) => host.checkConfiguration(),
    tellConfiguration,
  );
  if (check?.evidence === 'present' && !check.valid) incident.find('ConfigurationInvalid', 'A.2', check.output);
}

/** A start that failed may have said why. */
async function lookAgain(steps: HostSteps, incident: Incident): Promise<void> {
  const [service, log, resources] = await Promise.all([
    observeService('A.2', steps),
    observeLog('A.2', steps),
    observeResources('A.2', steps),
  ]);
  noteService(incident, 'A.2', service);
  noteLog(incident, 'A.2', log);
  noteResources(incident, 'A.2', resources);
}

/** In words that stay the same while it stays wrong; undefined when it is well, or this host allows no full recovery. */
async function whatIsStillWrong(steps: HostSteps): Promise<string | undefined> {
  const [limits, health] = await Promise.all([observeLimits(steps), observeHealth('H', steps)]);
  if (limits?.allowed !== true || health === undefined) return undefined;
  if (health.health.answer === 'ok' && health.ready.answer === 'ok') return undefined;
  return `/health ${health.health.answer}, /ready ${health.ready.answer}`;
}
