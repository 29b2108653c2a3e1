import type { IncidentInput, IncidentResult } from '../../shared/incident';
import type {
  DependencyName,
  DependencyState,
  HealthState,
  HealthVerdict,
  ServiceState,
} from '../../shared/observations';
import type { HostSteps } from '../lib/host-steps';
import type { Incident } from '../lib/incident';
import { isDiskFull, noteLog, notePort, noteProcesses, noteResources, noteService } from '../lib/evidence';
import { followRunbook, runIncident } from '../lib/run-incident';
import type { Runbook } from '../lib/runbook';
import {
  tellConfiguration,
  tellDependency,
  tellFiles,
  tellHealth,
  tellLog,
  tellPort,
  tellProcesses,
  tellResources,
  tellRestart,
  tellService,
  tellStarts,
  tellVerdict,
} from '../lib/tell';

/** A. Service down: KingFisher does not answer, or is not ready to serve. */
export async function serviceDown(input: IncidentInput): Promise<IncidentResult> {
  return await runIncident(input, (incident) => followRunbook(incident, page));
}

interface Diagnosis {
  service: ServiceState | undefined;
  health: HealthState | undefined;
  diskFull: boolean;
  /** Filled by A.2. */
  down: DependencyName[];
}

const page: Runbook<Diagnosis> = {
  page: 'A',
  title: 'Service down',
  diagnose,
  causes: [
    {
      cite: 'A.1',
      title: 'KingFisher does not run as it should',
      evidence: async ({ service, health }) => (service === undefined ? undefined : symptom(service, health)),
      remedy: async (found, steps) => {
        if (found.diskFull) await freeSpace(steps);
        await restartKingfisher('A.1', found, steps);
      },
    },
    {
      cite: 'A.2',
      title: 'Its configuration is not valid',
      evidence: async (_found, steps, incident) => {
        const check = await steps.observe(
          { cite: 'A.2', title: 'Check the configuration' },
          (host) => host.checkConfiguration(),
          tellConfiguration,
        );
        if (check?.evidence === 'present' && !check.valid) incident.find('ConfigurationInvalid', 'A.2', check.output);
        return undefined;
      },
    },
    {
      cite: 'A.2',
      title: 'A dependency is down',
      evidence: async (found, steps, incident) => {
        found.down = await dependenciesDown(steps, incident);
        return found.down.length === 0 ? undefined : found.down.join(', ');
      },
      remedy: async (found, steps, incident) => {
        await Promise.all(found.down.map((dependency) => restartDependency(dependency, steps, incident)));
        found.service = await observeKingfisher('A.2', steps);
        await restartKingfisher('A.2', found, steps);
      },
    },
    {
      cite: 'A.2',
      title: 'What the restart left behind',
      evidence: async (_found, steps, incident) => {
        const [service, log, resources] = await Promise.all([
          observeKingfisher('A.2', steps),
          observeLog('A.2', steps),
          observeResources('A.2', steps),
        ]);
        noteService(incident, 'A.2', service);
        noteLog(incident, 'A.2', log);
        noteResources(incident, 'A.2', resources);
        return undefined;
      },
    },
  ],
  verify,
  handOver: { cite: 'A.3', title: 'Not healed: for the senior engineer on duty' },
};

/** ps, lsof, tail, free, df of the document, and what systemd and KingFisher say themselves; all at the same time. */
async function diagnose(steps: HostSteps, incident: Incident): Promise<Diagnosis> {
  const cite = 'A.diagnosis';
  const [service, health, log, resources, processes, port] = await Promise.all([
    observeKingfisher(cite, steps),
    steps.observe({ cite, title: '/health and /ready' }, (host) => host.observeHealth(), tellHealth),
    observeLog(cite, steps),
    observeResources(cite, steps),
    steps.observe({ cite, title: 'Processes' }, (host) => host.observeProcesses(), tellProcesses),
    steps.observe({ cite, title: 'Port' }, (host) => host.observePort(), tellPort),
    steps.observe(
      { cite, title: 'Recent starts' },
      (host) => host.observeRecentStarts({ service: 'kingfisher' }),
      tellStarts,
    ),
  ]);
  incident.view.measures.firstActionAt ??= service?.observedAt ?? health?.observedAt ?? null;
  noteService(incident, cite, service);
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

async function restartKingfisher(cite: string, found: Diagnosis, steps: HostSteps): Promise<void> {
  if (found.service === undefined) return;
  const seenInvocation = found.service.invocation;
  await steps.act(
    { cite, title: 'Restart KingFisher' },
    (host) => host.ensureRestarted({ service: 'kingfisher', seenInvocation }),
    tellRestart,
  );
}

/** The document's remedies for a full disk: old temporary files go (D.2), logs are rotated (G.1). */
async function freeSpace(steps: HostSteps): Promise<void> {
  const olderThanMs = steps.policy.tempFilesOlderThanMs;
  await steps.tryAct(
    { cite: 'D.2', title: 'Remove old temporary files' },
    (host) => host.ensureTempFilesRemoved({ olderThanMs }),
    tellFiles,
  );
  await steps.tryAct({ cite: 'G.1', title: 'Rotate the logs' }, (host) => host.ensureLogsRotated(), tellFiles);
}

async function dependenciesDown(steps: HostSteps, incident: Incident): Promise<DependencyName[]> {
  const names: DependencyName[] = ['postgres', 'redis', 'rabbitmq'];
  const states = await Promise.all(
    names.map((dependency) =>
      steps.observe(
        { cite: 'A.2', title: TITLES[dependency] },
        (host) => host.observeDependency({ dependency }),
        tellDependency,
      ),
    ),
  );
  const seen = states.filter((state) => state !== undefined);
  for (const { dependency, endpoint } of seen.filter((state) => state.endpoint.answer === 'denied')) {
    incident.find(
      'DependencyDenied',
      'A.2',
      `${dependency} runs and refuses Halcyon's credentials: ${endpoint.detail}`,
    );
  }
  const down = seen.filter(isDown);
  for (const state of down) {
    incident.find('DependencyDown', 'A.2', `${state.dependency}: ${state.endpoint.answer}, ${state.endpoint.detail}`);
  }
  return down.map((state) => state.dependency);
}

const TITLES: Record<DependencyName, string> = {
  postgres: 'PostgreSQL: SELECT 1',
  redis: 'Redis: PING',
  rabbitmq: 'RabbitMQ: AMQP handshake and management overview',
};

/** `denied` is up: a restart cannot mend credentials. */
function isDown(state: DependencyState): boolean {
  return state.endpoint.answer !== 'ok' && state.endpoint.answer !== 'denied';
}

async function restartDependency(dependency: DependencyName, steps: HostSteps, incident: Incident): Promise<void> {
  const unit = await steps.observe(
    { cite: 'A.2', title: `Unit of ${dependency}` },
    (host) => host.observeService({ service: dependency }),
    tellService,
  );
  if (unit === undefined) return;
  const restarted = await steps.tryAct(
    { cite: 'A.2', title: `Restart ${dependency}` },
    (host) => host.ensureRestarted({ service: dependency, seenInvocation: unit.invocation }),
    tellRestart,
  );
  // What a failed restart left is looked at once; there is nothing to wait for.
  const deadlineMs = restarted === undefined ? 0 : steps.policy.dependencyReadyWithinMs;
  const state = await steps.wait(
    { cite: 'A.2', title: `${dependency} answers` },
    deadlineMs,
    (host) => host.waitUntilDependencyReady({ dependency, deadlineMs }),
    tellDependency,
  );
  if (state?.endpoint.answer !== 'ok') incident.find('DependencyStillDown', 'A.2', `${dependency} did not come back`);
}

async function verify(steps: HostSteps): Promise<HealthVerdict | undefined> {
  const { healthyWithinMs, stabilityWindowMs } = steps.policy;
  const deadlineMs = healthyWithinMs + stabilityWindowMs;
  return await steps.wait(
    { cite: 'A', title: 'Verify: /health and /ready answer 200 and stay so' },
    deadlineMs,
    (host) => host.waitUntilHealthy({ deadlineMs, stabilityWindowMs }),
    tellVerdict,
  );
}

function observeKingfisher(cite: string, steps: HostSteps) {
  return steps.observe(
    { cite, title: 'State of KingFisher' },
    (host) => host.observeService({ service: 'kingfisher' }),
    tellService,
  );
}

function observeLog(cite: string, steps: HostSteps) {
  return steps.observe({ cite, title: 'Last 50 log lines' }, (host) => host.observeLogTail({ lines: 50 }), tellLog);
}

function observeResources(cite: string, steps: HostSteps) {
  return steps.observe({ cite, title: 'Memory and disk' }, (host) => host.observeResources(), tellResources);
}
