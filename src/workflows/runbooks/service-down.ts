import { isAllowed } from '../../shared/safety/allowance';
import type { ApprovalSubject } from '../../shared/safety/approval';
import type { IncidentInput, IncidentResult } from '../../shared/incident';
import { isHealthy } from '../../shared/observations/probes';
import { standingOf } from '../../shared/observations/standing';
import type { Condition, DependencyState, HealthState } from '../../shared/observations/probes';
import type { DependencyName, ServiceState } from '../../shared/observations/service';
import type { HealthVerdict, Verdict } from '../../shared/observations/readings';
import { isDiskFull, noteResources, observeResources } from '../steps/resources';
import { noteLog, observeLog } from '../steps/logs';
import { noteOpenFiles, noteOtherPort, noteProcesses, observePort, observeProcesses } from '../steps/processes';
import { noteService, noteStart, noteStarts, observeRecentStarts, observeService, startAnew } from '../steps/service';
import type { HostSteps } from '../runbook/host-steps';
import type { Incident } from '../incident/incident';
import { followRunbook } from '../runbook/follow-runbook';
import { runIncident } from '../incident/run-incident';
import type { Diagnosed, Runbook } from '../runbook/runbook';
import type { Scene } from '../runbook/scene';
import { fullRecoveryQuestion, recover } from './emergency-recovery';
import { observeAllowed } from '../steps/allowed';
import { isMissing, lookAtDependencies, restartDependency } from '../steps/dependencies';
import { checkConfiguration, noteObstacles } from '../steps/obstacles';
import { observeStartLog } from '../steps/start-log';
import { answersWell, observeHealth, observeHealthCalmly, verifyHealthy } from '../steps/health';
import { freeSpace } from '../steps/files';
import { whyPrometheusDiffers } from '../steps/metrics';

/** A. Service down: KingFisher does not answer, or is not ready to serve. */
export async function serviceDown(input: IncidentInput): Promise<IncidentResult> {
  return await runIncident(input, followRunbook(page));
}

interface Diagnosis extends Diagnosed {
  service: ServiceState | undefined;
  health: HealthState | undefined;
  diskFull: boolean;
  /** What KingFisher stands on and did not speak of, where it is alive. */
  unchecked: DependencyState[];
  /** All that it stands on; filled by A.2. */
  dependencies: DependencyState[];
  /** What was restarted by A.2, and answered. */
  cameBack: DependencyName[];
  /** A process of KingFisher is stopped by a signal. */
  isStopped: boolean;
  /** Why a start of KingFisher cannot work. */
  obstacles: string[];
  /** When the diagnosis began. */
  since: string;
  /** Filled when nothing else helped. */
  stillWrong?: string | undefined;
}

const page: Runbook<Diagnosis> = {
  page: 'A',
  title: 'Service down',
  subject: 'KingFisher',
  diagnose,
  isWell: ({ health, unchecked }) => answersWell(health) && !unchecked.some(isMissing),
  standing: ({ health, service }) => (health === undefined ? undefined : standingOf(health, service)),
  causes: [
    {
      cite: 'A.1',
      title: 'A start of KingFisher cannot work: it is not restarted',
      evidence: async ({ obstacles }) => obstacles.join('; ') || undefined,
    },
    {
      cite: 'A.1',
      title: 'KingFisher can open no more files',
      would: 'restart KingFisher',
      needs: 'restart',
      evidence: async (found, { steps, incident }) => {
        const isUp = found.service?.active === 'active' && symptom(found) !== undefined;
        return isUp && found.obstacles.length === 0 ? await noteOpenFiles('A.1', steps, incident) : undefined;
      },
      remedy: async ({ service, isStopped }, { steps }) => {
        if (service !== undefined) await startAnew('A.1', service, isStopped, steps);
      },
    },
    {
      cite: 'A.1',
      title: 'KingFisher does not run as it should',
      would: 'restart KingFisher',
      needs: 'restart',
      evidence: async (found) => (found.obstacles.length > 0 ? undefined : symptom(found)),
      remedy: async (found, { steps }) => {
        if (found.diskFull) await freeSpace(steps);
        if (found.service !== undefined) await startAnew('A.1', found.service, found.isStopped, steps);
      },
    },
    {
      cite: 'A.2',
      title: 'A dependency is down',
      would: 'restart the dependency and KingFisher',
      needs: 'restart',
      evidence: async (found, { steps, incident }) => {
        found.dependencies = await lookAtDependencies('A.2', steps, incident);
        return downOf(found).join(', ') || undefined;
      },
      remedy: async (found, { steps, incident }) => {
        await restartThoseDown(found, steps, incident);
        // Well again, says Alertmanager: what is left is to verify.
        if (incident.isResolved || found.obstacles.length > 0) return;
        await restartBeside(found, steps);
      },
    },
    {
      cite: 'A.2',
      title: 'What KingFisher waited for is there again',
      needs: 'restart',
      evidence: async (found, { steps }) =>
        symptom(found) === undefined ? await isThereAgain(found, steps) : undefined,
      remedy: async (found, { steps }) => {
        if ((await verifyHealthy('A.2', steps))?.holds === true || found.obstacles.length > 0) return;
        const service = await observeService('A.2', steps);
        if (service !== undefined) await startAnew('A.2', service, found.isStopped, steps);
      },
    },
    {
      cite: 'A.2',
      title: 'What the restart left behind',
      evidence: async (_found, { steps, incident }) => {
        await lookAgain(steps, incident);
        return undefined;
      },
    },
    {
      cite: 'H',
      title: 'Nothing else helped: a full recovery is the last resort',
      asksItself: true,
      isLastResort: true,
      evidence: async (found, { steps, incident, safety }) => {
        if (found.allowed === undefined || !isAllowed('fullRecovery', found.allowed)) return undefined;
        // It would restart what is busy, too.
        if (isAnyLeftAlone(found) || BEYOND_RECOVERY.some((name) => incident.hasFinding(name))) return undefined;
        found.stillWrong = await whatIsStillWrong(steps);
        if (found.stillWrong === undefined) return undefined;
        if (!safety.mayAsk(lastResort(found, incident))) return undefined;
        return isSmallerTried(incident, found.since) ? found.stillWrong : undefined;
      },
      remedy: async (found, { steps, incident, safety }) => {
        if (!(await safety.ask(lastResort(found, incident), { isWatched: true }))) return;
        // Thinking takes time: somebody may have healed it meanwhile.
        if ((await whatIsStillWrong(steps)) !== undefined) await recover(incident, steps, safety);
      },
    },
  ],
  verify,
  brokeAnew,
  contradiction: ({ steps }) => whyPrometheusDiffers(steps),
  handOver: { cite: 'A.3', title: 'Not healed: for the senior engineer on duty' },
};

/** ps, lsof, tail, free, df of the document, and what systemd and KingFisher say themselves; all at the same time. */
async function diagnose({ steps, incident }: Scene): Promise<Diagnosis> {
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
  return { allowed, service, health, unchecked, isStopped, diskFull, obstacles, since, dependencies: [], cameBack: [] };

  /** A KingFisher that is alive may stand on something that it does not name. */
  async function lookAtUnchecked(health: HealthState | undefined): Promise<DependencyState[]> {
    if (health?.health.answer !== 'ok' || health.failingChecks.length > 0) return [];
    return await lookAtDependencies(cite, steps, incident, health.unchecked);
  }
}

/** KingFisher holds its health, and what it does not check by itself is there too. */
async function verify({ steps, incident }: Pick<Scene, 'steps' | 'incident'>): Promise<HealthVerdict | undefined> {
  const verdict = await verifyHealthy('A', steps);
  if (verdict?.holds !== true) return verdict;
  const states = await lookAtDependencies('A', steps, incident, verdict.last.unchecked);
  if (!states.some(isMissing)) return verdict;
  return { ...verdict, holds: false, since: null, ended: 'dependencyNotReady' };
}

function downOf({ dependencies }: Diagnosis): DependencyName[] {
  return namesOf('down', dependencies);
}

function namesOf(wanted: Condition, states: readonly DependencyState[]): DependencyName[] {
  return states.filter(({ condition }) => condition === wanted).map(({ dependency }) => dependency);
}

async function restartThoseDown(found: Diagnosis, steps: HostSteps, incident: Incident): Promise<void> {
  const states = await Promise.all(downOf(found).map((name) => restartDependency('A.2', name, steps, incident)));
  found.cameBack = namesOf(
    'well',
    states.filter((state) => state !== undefined),
  );
}

/** What KingFisher stands on was well in this pass, or came back in it, and is down now. */
async function brokeAnew(
  { dependencies, cameBack }: Diagnosis,
  { ended }: Verdict,
  { steps, incident }: Scene,
): Promise<string | undefined> {
  if (ended !== 'dependencyNotReady') return undefined;
  const wereWell = [...namesOf('well', dependencies), ...cameBack];
  const down = namesOf('down', await lookAtDependencies('A.2', steps, incident, wereWell));
  return down.length === 0 ? undefined : `${down.join(', ')}: well in this pass, and down now`;
}

function isAnyLeftAlone({ dependencies }: Diagnosis): boolean {
  return dependencies.some(({ condition }) => condition !== 'down' && condition !== 'well');
}

/**
 * KingFisher, after what it stands on was restarted. Beside one that is busy or protects itself, a KingFisher that is
 * alive keeps the connections that it has: a new start would get no others.
 */
async function restartBeside(found: Diagnosis, steps: HostSteps): Promise<void> {
  if (isAnyLeftAlone(found) && (await observeHealth('A.2', steps))?.health.answer === 'ok') return;
  const service = await observeService('A.2', steps);
  if (service !== undefined) await startAnew('A.2', service, found.isStopped, steps);
}

/** That KingFisher is ready by now; or that it is not, although all that it names is well. */
async function isThereAgain({ dependencies }: Diagnosis, steps: HostSteps): Promise<string | undefined> {
  if (dependencies.some(isMissing)) return undefined;
  const health = await observeHealth('A.2', steps);
  if (answersWell(health)) return 'KingFisher is ready again';
  const isNamed = ({ dependency }: DependencyState) =>
    health?.failingChecks.some((check) => check.startsWith(`${dependency}:`)) === true;
  const areAllWell = dependencies.every(({ condition }) => condition === 'well');
  return areAllWell && dependencies.some(isNamed)
    ? `well, and named as failing: ${health?.failingChecks[0]}`
    : undefined;
}

/** Why a restart is called for, in words; undefined when KingFisher itself is well and only waits for a dependency. */
function symptom({ service, health, unchecked }: Diagnosis): string | undefined {
  if (service === undefined) return undefined;
  if (service.active !== 'active') return `unit is ${service.active} (${service.result})`;
  if (health === undefined) return 'unit is active, its health cannot be observed';
  if (health.health.answer !== 'ok') return `unit is active, /health ${health.health.answer}: ${health.health.detail}`;
  if (health.failingChecks.length > 0) return undefined;
  if (unchecked.some((state) => isMissing(state) || state.condition === 'busy')) return undefined;
  return `/health is well, /ready ${health.ready.answer}: ${health.ready.detail}`;
}

/** What a full recovery cannot mend, and would only add an interruption to. */
const BEYOND_RECOVERY = [
  ...['UnitMasked', 'UnitUnusable', 'PortTaken', 'ConfigurationInvalid', 'DiskFull', 'JobStuck'],
  'AgentTooOld',
];

/** Whether every smaller remedy was tried, and none refused, since `since`. */
function isSmallerTried(incident: Incident, since: string): boolean {
  const restarts = incident.view.timeline.filter(({ at, kind, title }) => {
    return at >= since && kind === 'change' && title.startsWith('Restart ');
  });
  return restarts.length > 0 && restarts.every(({ status }) => status !== 'skipped');
}

/** A start that failed may have said why. */
async function lookAgain(steps: HostSteps, incident: Incident): Promise<void> {
  const [service, startLog, log, resources] = await Promise.all([
    observeService('A.2', steps),
    observeStartLog('A.2', 'kingfisher', steps),
    observeLog('A.2', steps),
    observeResources('A.2', steps),
  ]);
  noteService(incident, 'A.2', service);
  noteStart(incident, 'A.2', service, startLog);
  noteLog(incident, 'A.2', log, resources);
  noteResources(incident, 'A.2', resources);
}

function lastResort({ stillWrong = '', allowed }: Diagnosis, { input }: Incident): ApprovalSubject {
  return fullRecoveryQuestion(input, stillWrong, allowed?.backups ?? null);
}

/** In words that stay the same while it stays wrong; undefined when it is well. */
async function whatIsStillWrong(steps: HostSteps): Promise<string | undefined> {
  const health = await observeHealth('H', steps);
  if (health === undefined || isHealthy(health)) return undefined;
  return `/health ${health.health.answer}, /ready ${health.ready.answer}`;
}
