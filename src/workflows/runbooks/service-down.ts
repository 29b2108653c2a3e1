import type { IncidentInput, IncidentResult } from '../../shared/incident';
import type { Condition, DependencyState } from '../../shared/observations/probes';
import { isHealthy } from '../../shared/observations/probes';
import type { HealthVerdict, Verdict } from '../../shared/observations/readings';
import type { DependencyName } from '../../shared/observations/service';
import { healthStanding } from '../../shared/observations/standing';
import { isAllowed } from '../../shared/safety/allowance';
import type { ApprovalSubject } from '../../shared/safety/approval';
import type { Incident } from '../incident/incident';
import { runIncident } from '../incident/run-incident';
import { followRunbook } from '../runbook/follow-runbook';
import type { HostSteps } from '../runbook/host-steps';
import type { Runbook } from '../runbook/runbook';
import type { Scene } from '../runbook/scene';
import { fullRecoveryQuestion, recover } from './emergency-recovery';
import type { Diagnosis } from './service-down-diagnosis';
import { diagnose, symptom } from './service-down-diagnosis';
import { isForRestart, isMissing, lookAtDependencies, restartDependency } from '../steps/dependencies';
import { lookAtPaths } from '../steps/dependency-path';
import { freeSpace } from '../steps/files';
import { answersWell, observeHealth, verifyHealthy } from '../steps/kingfisher/health';
import { noteLog, observeLog } from '../steps/kingfisher/logs';
import { whyPrometheusDiffers } from '../steps/kingfisher/metrics';
import { noteOpenFiles } from '../steps/kingfisher/processes';
import { noteResources, observeResources } from '../steps/resources';
import { noteService, noteStart, observeService, startAnew } from '../steps/kingfisher/service';
import { observeStartLog } from '../steps/kingfisher/start-log';

/** A. Service down: KingFisher does not answer, or is not ready to serve. */
export async function serviceDown(input: IncidentInput): Promise<IncidentResult> {
  return await runIncident(input, followRunbook(page));
}

/** What the page says. */
export const page: Runbook<Diagnosis> = {
  page: 'A',
  title: 'Service down',
  watch: { subject: 'KingFisher', reading: { reading: 'health' }, isService: true },
  diagnose,
  isWell: ({ health, unchecked }) => answersWell(health) && !unchecked.some(isMissing),
  standing: ({ health, service }) => (health === undefined ? undefined : healthStanding(health, service)),
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
        if (!isUp || found.obstacles.length > 0) return undefined;
        return (found.exhausted = await noteOpenFiles('A.1', steps, incident));
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
      evidence: async (found) =>
        found.obstacles.length > 0 || found.exhausted !== undefined ? undefined : symptom(found),
      remedy: async (found, { steps }) => {
        if (found.diskFull) await freeSpace(steps);
        if (found.service !== undefined) await startAnew('A.1', found.service, found.isStopped, steps);
      },
    },
    {
      cite: 'A.2',
      title: "The firewall blocks a dependency's port",
      evidence: async (found, { steps, incident }) => {
        found.dependencies = await lookAtDependencies('A.2', steps, incident);
        found.blocked = await lookAtPaths('A.2', found.dependencies, steps, incident);
        return Object.values(found.blocked).join('; ') || undefined;
      },
    },
    {
      cite: 'A.2',
      title: 'A dependency is down',
      would: 'restart the dependency and KingFisher',
      needs: 'restart',
      evidence: async (found) => downOf(found).join(', ') || undefined,
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

/** KingFisher holds its health, and what it does not check by itself is there too. */
async function verify({ steps, incident }: Pick<Scene, 'steps' | 'incident'>): Promise<HealthVerdict | undefined> {
  const verdict = await verifyHealthy('A', steps);
  if (verdict?.holds !== true) return verdict;
  const states = await lookAtDependencies('A', steps, incident, verdict.last.unchecked);
  if (!states.some(isMissing)) return verdict;
  return { ...verdict, holds: false, since: null, ended: 'dependencyNotReady' };
}

/** Those that a restart may help. */
function downOf({ dependencies, blocked }: Diagnosis): DependencyName[] {
  return dependencies
    .filter((state) => isForRestart(state, blocked[state.dependency]))
    .map(({ dependency }) => dependency);
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

function isAnyLeftAlone({ dependencies, blocked }: Diagnosis): boolean {
  return dependencies.some((state) => state.condition !== 'well' && !isForRestart(state, blocked[state.dependency]));
}

/**
 * KingFisher, after what it stands on was restarted. Beside one that is busy, masked or behind a firewall, or protects itself, a
 * KingFisher that is alive keeps the connections that it has: a new start would get no others.
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

/** What a full recovery cannot mend, and would only add an interruption to. */
const BEYOND_RECOVERY = [
  ...['UnitMasked', 'UnitUnusable', 'PortTaken', 'ConfigurationInvalid', 'DiskFull', 'JobStuck'],
  ...['DependencyPortBlocked', 'AgentTooOld'],
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
