import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { AllowedState } from '../../shared/safety/allowance';
import type { ApprovalSubject } from '../../shared/safety/approval';
import type { Finding, IncidentInput, IncidentResult, Outcome } from '../../shared/incident';
import { unlessClosed } from '../runbook/cut-short';
import { noteLog, observeLog } from '../steps/kingfisher/logs';
import type { HostSteps } from '../runbook/host-steps';
import type { Incident } from '../incident/incident';
import { contradictionOf, isWell, stepsOf } from '../runbook/follow-runbook';
import type { RoundResult } from '../incident/incident-body';
import { runIncident } from '../incident/run-incident';
import type { Safety } from '../safety/safety';
import { isFailure, reason } from '../runbook/step-failures';
import { observeAllowed, refusalsOf } from '../steps/allowed';
import { DEPENDENCIES, isDependencyWell } from '../steps/dependencies';
import { observeHealth, verifyHealthy } from '../steps/kingfisher/health';
import { observeResources } from '../steps/resources';
import { whyPrometheusDiffers } from '../steps/kingfisher/metrics';
import { noteObstacles, observeObstacles } from '../steps/obstacles';
import { mendPermissions, observePermissions, planPermissions } from '../steps/recovery/permissions';
import { planBackup } from '../steps/recovery/backups';
import { planRateLimits } from '../steps/rate-limits';
import { planStop } from '../steps/kingfisher/processes';
import { planTemporaryFiles } from '../steps/files';
import { startKingfisher } from '../steps/kingfisher/service';
import { verifyExchanges } from '../steps/exchanges';
import { RecoveryWork, today } from '../steps/recovery/recovery-work';
import type { Beginning } from '../steps/recovery/recovery-work';
import { lastWords } from '../steps/kingfisher/start-log';

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
      subject: 'KingFisher',
      reading: { reading: 'health' },
      isService: true,
      // It stops and restarts everything: not a thing to do again unasked.
      repeats: false,
      contradiction: (incident) => contradictionOf(incident, whyPrometheusDiffers),
      isWell: (incident) => isWell(incident, ({ steps }) => verifyHealthy('H.9', steps)),
    },
  });
}

function resultOf(outcome: Outcome | 'notBegun', incident: Incident): RoundResult {
  if (outcome === 'planned') return { kind: 'over', outcome };
  if (outcome === 'notBegun') {
    const why = 'the full recovery could not be made';
    // Nothing was touched, and who began it is told: it is over, and nothing was healed by it.
    return incident.hasAlert ? { kind: 'helpless', why } : { kind: 'over', outcome: 'unresolved' };
  }
  if (outcome === 'unresolved')
    return { kind: 'helpless', why: 'the full recovery did not help, or could not be made whole' };
  // What a person began is over with the recovery itself.
  return incident.input.startedBy === undefined ? { kind: 'well' } : { kind: 'over', outcome };
}

async function run(incident: Incident, safety: Safety): Promise<Outcome | 'notBegun'> {
  const steps = stepsOf(incident, safety);
  try {
    if (incident.input.recovery?.dryRun === true)
      return await incident.during('diagnosing', () => plan(incident, steps));
    if (!isApprovedByStart(incident)) {
      // Nobody is asked for what cannot be done.
      const beginning = await beforeAnything(incident, steps);
      if (beginning === undefined || !(await isApproved(incident, safety, beginning.allowed.backups)))
        return 'notBegun';
    }
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
function isApprovedByStart({ input }: Incident): boolean {
  return input.startedBy !== undefined && input.safety.mode !== 'approve';
}

async function isApproved({ input }: Incident, safety: Safety, backups: string | null): Promise<boolean> {
  const { startedBy } = input;
  const why =
    startedBy === undefined ? `${input.alertname} is mapped to it` : `${startedBy.who} wants it: ${startedBy.reason}`;
  return await safety.ask(fullRecoveryQuestion(input, why, backups));
}

/** What people are asked before all of this is done to a host. */
export function fullRecoveryQuestion(
  { host, recovery }: IncidentInput,
  precondition: string,
  backups: string | null,
): ApprovalSubject {
  return {
    risk: 'fullRecovery',
    host: host ?? '',
    cite: 'H',
    title: 'Full recovery: stop, back up, mend, clear, reset, restart everything',
    arguments: {
      ...(backups === null ? {} : { backups }),
      ...(recovery?.onlyUnhealthy === true ? { onlyUnhealthy: true } : {}),
    },
    precondition,
  };
}

/** Undefined where none may be made, or where it is known that KingFisher could not start after it: nothing is touched. */
async function beforeAnything(incident: Incident, steps: HostSteps): Promise<Beginning | undefined> {
  const [allowed, seen] = await incident.during('diagnosing', () =>
    Promise.all([observeAllowed('H', steps, incident), observeObstacles('H', steps)]),
  );
  const refusals = refusalsOf(incident, steps, allowed);
  if (refusals.length > 0) incident.note('H', 'Not begun: not on this host', refusals.join('; '));
  const obstacles = noteObstacles(incident, 'H', seen);
  if (obstacles.length > 0) incident.note('H', 'Not begun: KingFisher could not start after it', obstacles.join('; '));
  if (allowed === undefined || refusals.length + obstacles.length > 0) return undefined;
  return { allowed, service: seen.service };
}

/**
 * The nine steps, in the order that is safe and shortest. Cancelled or closed in the middle, what is at work on files is
 * waited for, and then KingFisher is started if it was Halcyon that stopped it.
 */
export async function recover(incident: Incident, steps: HostSteps, safety: Safety): Promise<Outcome | 'notBegun'> {
  const beginning = await beforeAnything(incident, steps);
  if (beginning === undefined) return 'notBegun';
  incident.noteFirstAction(beginning.service?.observedAt);
  // Between its steps, too: KingFisher is stopped, and its files are at work.
  const isWhole = await incident.during('remedying', () =>
    safety.keepHost(() => stopMendAndStart(incident, steps, beginning)),
  );
  if (!isWhole) return 'unresolved';
  const outcome = await verify(incident, steps);
  return await mendIfApproved(outcome, { incident, steps, safety, allowed: beginning.allowed });
}

/** H.1 to H.8; true when all of it was done that can be done. */
async function stopMendAndStart(incident: Incident, steps: HostSteps, beginning: Beginning): Promise<boolean> {
  const work = new RecoveryWork(incident, steps, beginning);
  let isWhole = false;
  try {
    isWhole = await unlessClosed(incident, () => work.run());
  } catch (err) {
    // An agent that went away in the middle: KingFisher is started when it is back.
    isWhole = !isCancellation(err) && !incident.isClosedByPerson;
    throw err;
  } finally {
    if (isWhole || work.hasStopped) await CancellationScope.nonCancellable(() => startKingfisher(steps));
    else incident.note('H.8', 'KingFisher is left as it is', 'it was not Halcyon that stopped it');
  }
  return isWhole;
}

/**
 * H.3, where more entries differ than may be mended without asking: people are asked when KingFisher runs again, so that
 * it is not down for as long as they think.
 */
async function mendIfApproved(
  outcome: Outcome,
  about: { incident: Incident; steps: HostSteps; safety: Safety; allowed: AllowedState },
): Promise<Outcome> {
  const { incident, steps, safety, allowed } = about;
  if (!incident.view.findings.some(isAboveLimit)) return outcome;
  const count = await observePermissions(steps);
  // Nobody is asked for what the host does not mend with an approval either.
  if (count === undefined || count.different > allowed.permissionsApprovedLimit) return outcome;
  const isApproved = await safety.ask({
    risk: 'permissions',
    host: incident.input.host ?? '',
    cite: 'H.3',
    title: 'Mend more permissions than this host allows without asking',
    arguments: { entries: count.different, allowed: allowed.permissionsLimit },
    precondition: count.examples[0] ?? '',
  });
  if (!isApproved || (await mendPermissions(count.different, steps, isApproved)) === undefined) return outcome;
  if (outcome === 'unresolved') await startKingfisher(steps, false);
  return await verify(incident, steps, (finding) => !isAboveLimit(finding));
}

function isAboveLimit({ name, cite }: Finding): boolean {
  return name === 'UnsafeSelector' && cite === 'H.3';
}

async function verify(
  incident: Incident,
  steps: HostSteps,
  counts: (finding: Finding) => boolean = () => true,
): Promise<Outcome> {
  const verdict = await incident.during('verifying', () => verifyHealthy('H.9', steps));
  if (verdict?.holds !== true) {
    // A KingFisher that runs and misses a dependency has a finding that names that.
    if (verdict?.ended !== 'dependencyNotReady') await nameKingfisher(incident, steps);
    incident.note('H', 'Not recovered: for the people on duty');
    return 'unresolved';
  }
  // What is so no longer is no trouble that is left; nor is an agent that was away for a while the host's.
  const troubles = incident.view.findings.filter(
    (finding) => finding.withdrawnAt === undefined && finding.name !== 'AgentUnreachable' && counts(finding),
  );
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
  incident.addFinding('KingfisherStillDown', 'H.8', `KingFisher did not become healthy${why}`);
  noteLog(incident, 'H.8', log, resources);
}

/** What would be done, from real observations. */
async function plan(incident: Incident, steps: HostSteps): Promise<Outcome> {
  const [allowed, seen] = await Promise.all([
    observeAllowed('H', steps, incident),
    observeObstacles('H', steps),
    planStop(steps),
    planBackup(today(), steps),
    planPermissions(steps),
    planTemporaryFiles(steps),
    planRateLimits(steps),
    ...DEPENDENCIES.map((dependency) => isDependencyWell('H.6', dependency, steps)),
    verifyExchanges(steps, incident),
    observeHealth('H.9', steps),
  ]);
  const refusals = refusalsOf(incident, steps, allowed);
  if (refusals.length > 0) incident.note('H', 'A recovery would be refused on this host', refusals.join('; '));
  const obstacles = noteObstacles(incident, 'H', seen);
  if (obstacles.length > 0)
    incident.note('H', 'A recovery would be refused: KingFisher could not start after it', obstacles.join('; '));
  incident.note('H', 'Dry run: Halcyon changed nothing');
  return 'planned';
}
