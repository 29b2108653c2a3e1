import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { ApprovalSubject } from '../../shared/approval';
import type { Finding, IncidentInput, IncidentResult, Outcome } from '../../shared/incident';
import type { DependencyName } from '../../shared/observations';
import { noteLog } from '../lib/evidence';
import { isFailure, reason } from '../lib/host-steps';
import type { HostSteps } from '../lib/host-steps';
import type { Incident } from '../lib/incident';
import { stepsOf, isWell } from '../lib/follow-runbook';
import type { RoundResult } from '../lib/incident-body';
import { runIncident } from '../lib/run-incident';
import type { Safety } from '../lib/safety';
import { DEPENDENCIES, isDependencyWell, lookAtDependencies, restartDependency } from '../steps/dependencies';
import { observeHealth, observeLog, observeResources, observeService, verifyHealthy } from '../steps/kingfisher';
import {
  backUp,
  observeLimits,
  clearTemporaryFiles,
  mendPermissions,
  observePermissions,
  planBackup,
  planPermissions,
  planRateLimits,
  planStop,
  planTemporaryFiles,
  resetRateLimits,
  startKingfisher,
  stopKingfisher,
  verifyExchanges,
} from '../steps/recovery';
import { lastWords } from '../steps/start-log';

/**
 * H. Complete service recovery: stop, back up, mend, clear, reset, restart what KingFisher stands on, start, verify.
 *
 * What does not depend on each other runs at the same time. Whatever fails, KingFisher is started again if it can be.
 */
export async function emergencyRecovery(input: IncidentInput): Promise<IncidentResult> {
  return await runIncident(input, {
    page: 'H',
    round: async (incident, safety) => resultOf(await run(incident, safety), incident),
    watch: {
      // It stops and restarts everything: not a thing to do again unasked.
      repeats: false,
      isWell: (incident) => isWell(incident, (steps) => verifyHealthy('H.9', steps)),
    },
  });
}

function resultOf(outcome: Outcome, incident: Incident): RoundResult {
  if (outcome === 'planned') return { kind: 'over', outcome };
  if (outcome === 'unresolved')
    return { kind: 'helpless', why: 'the full recovery did not help, or could not be made' };
  // What a person began is over with the recovery itself.
  return incident.input.startedBy === undefined ? { kind: 'well' } : { kind: 'over', outcome };
}

async function run(incident: Incident, safety: Safety): Promise<Outcome> {
  const steps = stepsOf(incident, safety);
  try {
    if (incident.input.recovery?.dryRun === true) return await plan(incident, steps);
    if (!(await isApproved(incident, safety))) return 'unresolved';
    const turn = await safety.turn();
    if (turn === 'refused') return 'unresolved';
    if (turn === 'over') return await verify(incident, steps);
    incident.noteNotWell();
    return await recover(incident, steps, safety);
  } catch (err) {
    if (!isFailure(err, 'AgentUnreachable')) throw err;
    incident.note('H', 'Not recovered: for the people on duty', reason(err));
    return 'unresolved';
  }
}

/** A person's start is the approval, unless the mode asks somebody else for the whole plan. An alert's is none. */
async function isApproved({ input }: Incident, safety: Safety): Promise<boolean> {
  const { startedBy } = input;
  if (startedBy !== undefined && input.safety.mode !== 'approve') return true;
  const why =
    startedBy === undefined ? `${input.alertname} is mapped to it` : `${startedBy.who} wants it: ${startedBy.reason}`;
  return await safety.ask(fullRecoveryQuestion(input, why));
}

/** What people are asked before all of this is done to a host. */
export function fullRecoveryQuestion({ host }: IncidentInput, precondition: string): ApprovalSubject {
  return {
    risk: 'fullRecovery',
    host: host ?? '',
    cite: 'H',
    title: 'Full recovery: stop, back up, mend, clear, reset, restart everything',
    arguments: {},
    precondition,
  };
}

/** The nine steps, in the order that is safe and shortest. */
export async function recover(incident: Incident, steps: HostSteps, safety: Safety): Promise<Outcome> {
  incident.setState('diagnosing');
  const [limits, service] = await Promise.all([observeLimits(steps), observeService('H', steps)]);
  if (limits?.allowed !== true) return refuse(incident);
  incident.view.measures.firstActionAt ??= service?.observedAt ?? null;

  const { permissionsLimit } = limits;
  incident.setState('remedying');
  const dependencies = restartDependencies(incident, steps);
  const backup = backUp(backupId(), today(), steps);
  try {
    await Promise.all([dependencies, backup, mend()]);
  } finally {
    // Also when somebody cancels it in the middle: KingFisher must not stay down for that.
    await CancellationScope.nonCancellable(() => startKingfisher(steps));
  }
  const outcome = await verify(incident, steps);
  return await mendIfApproved(outcome, { incident, steps, safety, permissionsLimit });

  async function mend(): Promise<void> {
    // A KingFisher that still runs is stopped as late as can be; one that is down loses nothing by mending at once.
    if (service?.active === 'active') await Promise.all([dependencies, backup]);
    const isStopped = await stopKingfisher(steps);
    const made = await backup;
    await Promise.all([
      isStopped ? mendPermissions(permissionsLimit, steps) : skip(incident, 'H.3', 'Mend permissions', STILL_RUNS),
      clear(isStopped, made !== undefined),
      dependencies.then(() => resetRateLimits(steps)),
    ]);
  }

  async function clear(isStopped: boolean, isBackedUp: boolean): Promise<void> {
    const why = isStopped ? (isBackedUp ? undefined : NO_BACKUP) : STILL_RUNS;
    if (why === undefined) await clearTemporaryFiles(steps);
    else await skip(incident, 'H.4', 'Clear temporary files', why);
  }
}

/**
 * H.3, where more entries differ than may be mended without asking: people are asked when KingFisher runs again, so that
 * it is not down for as long as they think.
 */
async function mendIfApproved(
  outcome: Outcome,
  about: { incident: Incident; steps: HostSteps; safety: Safety; permissionsLimit: number },
): Promise<Outcome> {
  const { incident, steps, safety, permissionsLimit } = about;
  if (!incident.view.findings.some(isAboveLimit)) return outcome;
  const count = await observePermissions(steps);
  if (count === undefined) return outcome;
  const isApproved = await safety.ask({
    risk: 'permissions',
    host: incident.input.host ?? '',
    cite: 'H.3',
    title: 'Mend more permissions than this host allows without asking',
    arguments: { entries: count.different, allowed: permissionsLimit },
    precondition: count.examples[0] ?? '',
  });
  if (!isApproved || (await mendPermissions(count.different, steps, isApproved)) === undefined) return outcome;
  if (outcome === 'unresolved') await startKingfisher(steps);
  return await verify(incident, steps, (finding) => !isAboveLimit(finding));
}

function isAboveLimit({ name, cite }: Finding): boolean {
  return name === 'UnsafeSelector' && cite === 'H.3';
}

const STILL_RUNS = 'KingFisher could not be stopped: its files are left alone';
const NO_BACKUP = 'there is no good backup: nothing is destroyed';

/** Nothing is touched on a host whose own configuration does not allow it. */
function refuse(incident: Incident): Outcome {
  incident.find(
    'RecoveryNotAllowed',
    'H',
    'agent.recovery is not set on this host, or could not be read: nothing was changed',
  );
  return 'unresolved';
}

async function skip(incident: Incident, cite: string, title: string, why: string): Promise<void> {
  incident.begin(cite, title, 'change')('skipped', why);
}

/** H.6 and H.7: each is ready when it answers by its own protocol; one that cannot start does not hold up the others. */
async function restartDependencies(incident: Incident, steps: HostSteps): Promise<void> {
  const restart = async (dependency: DependencyName) => {
    const onlyDown = incident.input.recovery?.onlyUnhealthy === true;
    const [state] = onlyDown ? await lookAtDependencies('H.6', steps, incident, [dependency]) : [];
    if (!onlyDown || state?.condition === 'down') await restartDependency('H.6', dependency, steps, incident);
    if (dependency === 'rabbitmq') await verifyExchanges(steps, incident);
  };
  await Promise.all(DEPENDENCIES.map(restart));
}

async function verify(
  incident: Incident,
  steps: HostSteps,
  counts: (finding: Finding) => boolean = () => true,
): Promise<Outcome> {
  incident.setState('verifying');
  const verdict = await verifyHealthy('H.9', steps);
  if (verdict?.healthy !== true) {
    // A KingFisher that runs and misses a dependency has a finding that names that.
    if (verdict?.ended !== 'dependencyNotReady') await nameKingfisher(incident, steps);
    incident.note('H', 'Not recovered: for the people on duty');
    return 'unresolved';
  }
  // An agent that was away for a while is not the host's trouble.
  const troubles = incident.view.findings.filter((finding) => finding.name !== 'AgentUnreachable' && counts(finding));
  const outcome = troubles.length === 0 ? 'healed' : 'degraded';
  incident.noteWell(verdict.heldMs, outcome);
  incident.story.mended = outcome;
  return outcome;
}

/** Its own log may say more than its journal. */
async function nameKingfisher(incident: Incident, steps: HostSteps): Promise<void> {
  const [why, log, resources] = await Promise.all([
    lastWords('H.8', 'kingfisher', steps),
    observeLog('H.8', steps),
    observeResources('H.8', steps),
  ]);
  incident.find('KingfisherStillDown', 'H.8', `KingFisher did not become healthy${why}`);
  noteLog(incident, 'H.8', log, resources);
}

/** What would be done, from real observations. */
async function plan(incident: Incident, steps: HostSteps): Promise<Outcome> {
  incident.setState('diagnosing');
  await Promise.all([
    observeService('H.1', steps),
    planStop(steps),
    planBackup(today(), steps),
    planPermissions(steps),
    planTemporaryFiles(steps),
    planRateLimits(steps),
    ...DEPENDENCIES.map((dependency) => isDependencyWell('H.6', dependency, steps)),
    verifyExchanges(steps, incident),
    observeHealth('H.9', steps),
  ]);
  incident.note('H', 'Dry run: nothing was changed');
  return 'planned';
}

/** One backup per run, whatever is retried in it. */
function backupId(): string {
  return workflowInfo().firstExecutionRunId;
}

/** The day in UTC by which KingFisher files its images, `YYYY-MM-DD`. */
function today(): string {
  return new Date().toISOString().slice(0, 10);
}
