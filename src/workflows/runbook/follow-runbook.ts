import { isAllowed, notAllowed } from '../../shared/safety/allowance';
import type { Verdict } from '../../shared/observations/readings';
import { noteNotWellAnyMore } from './crash-loop';
import { HostSteps } from './host-steps';
import type { ChangeGate } from '../safety/gate';
import { hostOf } from './host-watch';
import type { Incident } from '../incident/incident';
import type { IncidentBody, RoundResult } from '../incident/incident-body';
import type { Cause, Diagnosed, Runbook } from './runbook';
import { DryRun } from '../safety/safety';
import type { Scene } from './scene';
import { isFailure, isStepFailure, reason } from './step-failures';

/** A host that is well at one look and not at the next is diagnosed again, so often at the most in one pass. */
const MAX_LOOKS = 3;

/** One page of the document as the body of an incident: diagnose, then the causes in order until verification holds. */
export function followRunbook<D extends Diagnosed>(runbook: Runbook<D>): IncidentBody {
  const { page, handOver, verify } = runbook;
  return {
    page,
    round: async (incident, safety) => {
      const steps = stepsOf(incident, safety);
      try {
        const result = await new RunbookPass(runbook, { steps, incident, safety, alert: incident.view }).run();
        if (result.kind === 'helpless') incident.note(handOver.cite, handOver.title);
        return result;
      } catch (err) {
        if (!isFailure(err, 'AgentUnreachable')) throw err;
        incident.note(handOver.cite, handOver.title, reason(err));
        return { kind: 'helpless', why: reason(err) };
      }
    },
    watch: {
      ...runbook.watch,
      repeats: true,
      contradiction: (incident) => contradictionOf(incident, (steps) => runbook.contradiction({ steps })),
      isWell: (incident) => isWell(incident, verify),
    },
  };
}

/** The steps of an incident, on its host. */
export function stepsOf(
  incident: Incident,
  gate: ChangeGate,
  giveUpAfterMs = incident.input.policy.giveUpAfterMs,
): HostSteps {
  return new HostSteps(incident, hostOf(incident), Date.now() + giveUpAfterMs, gate);
}

/** What a page says of an alert that fires for a host that is well. */
export async function contradictionOf(
  incident: Incident,
  look: (steps: HostSteps) => Promise<string>,
): Promise<string> {
  return await lookOnce(incident, look, (err) => reason(err));
}

/** Looks once by a page's own verification. */
export async function isWell(incident: Incident, verify: Runbook<never>['verify']): Promise<boolean> {
  const look = async (steps: HostSteps) => (await verify({ steps, incident }))?.holds === true;
  return await lookOnce(incident, look, () => false);
}

/** Nothing is changed by it, and an agent that is away is not waited for. */
async function lookOnce<T>(
  incident: Incident,
  look: (steps: HostSteps) => Promise<T>,
  whenAway: (err: unknown) => T,
): Promise<T> {
  try {
    return await look(stepsOf(incident, new DryRun(incident), 0));
  } catch (err) {
    if (!isFailure(err, 'AgentUnreachable')) throw err;
    return whenAway(err);
  }
}

class RunbookPass<D extends Diagnosed> {
  /** What the last verification of this pass came to. */
  private verdict: Verdict | undefined;
  private isAnyTried = false;
  /** Another incident had, or has, the host since: what was diagnosed may be so no more. */
  private hasLent = false;

  constructor(
    private readonly runbook: Runbook<D>,
    private readonly at: Scene,
  ) {}

  async run(): Promise<RoundResult> {
    const { runbook, at } = this;
    const { incident, safety } = at;
    let found = await this.diagnosed();
    for (let look = 1; runbook.isWell(found); look++) {
      if (await this.isWell()) return { kind: 'well' };
      if (look === MAX_LOOKS) break;
      incident.note('', 'Not healthy for good: diagnosing again');
      found = await this.diagnosed();
    }
    const why = runbook.notDue?.(at, found);
    if (why !== undefined) return { kind: 'notDue', why };
    incident.noteNotWell();
    const turn = await safety.turn();
    if (turn === 'waited') {
      // Somebody else's incident may have mended it meanwhile.
      found = await this.diagnosed();
      if (runbook.isWell(found) && (await this.isWell())) return { kind: 'well' };
    }
    const mayChange = turn !== 'refused';
    if (mayChange) await orGoOn(async () => await runbook.contain?.(found, at));
    return await this.tryCauses(found, mayChange);
  }

  private async tryCauses(found: D, mayChange: boolean): Promise<RoundResult> {
    const { runbook, at } = this;
    const { incident, steps } = at;
    this.verdict = undefined;
    this.hasLent = false;
    steps.seenWellAt = null;
    for (const cause of runbook.causes) {
      if (incident.isClosedByPerson) break;
      if (cause.isLastResort === true && (await this.brokeAnew(found))) return { kind: 'again' };
      if (incident.isResolved && (await this.isWell())) return { kind: 'well' };
      if (await this.isRemedied(cause, found, mayChange)) {
        await orGoOn(async () => await runbook.after?.(found, at));
        return { kind: 'well' };
      }
      if (this.hasDied || this.hasLent || incident.takeOtherStanding()) return { kind: 'again' };
    }
    return { kind: 'helpless', why: this.whyHelpless(mayChange), diagnosed: runbook.standing(found) };
  }

  private whyHelpless(mayChange: boolean): string {
    if (!mayChange) return 'Halcyon may change nothing here';
    return this.isAnyTried ? 'no remedy is left to try' : 'there is no remedy for it that Halcyon may try';
  }

  /** It was seen well after what was done, and then not: by the last verification, or by one within a remedy. */
  private get hasDied(): boolean {
    const { verdict } = this;
    if (verdict === undefined || verdict.holds) return false;
    return verdict.ended === 'died' || (this.at.steps.seenWellAt !== null && verdict.ended !== 'dependencyNotReady');
  }

  /** Bounded by the passes of an hour, as every other pass is. */
  private async brokeAnew(found: D): Promise<boolean> {
    const { runbook, at, verdict } = this;
    const what = verdict === undefined ? undefined : await runbook.brokeAnew?.(found, verdict, at);
    if (what === undefined) return false;
    at.incident.note('', 'Broke anew: diagnosing again', what);
    return true;
  }

  private async diagnosed(): Promise<D> {
    return await this.at.incident.during('diagnosing', () => this.runbook.diagnose(this.at));
  }

  /** Evidence, remedy, verification of one cause; true when verification holds. */
  private async isRemedied(cause: Cause<D>, found: D, mayChange: boolean): Promise<boolean> {
    if (cause.isLastResort === true && !mayChange) return false;
    const { at } = this;
    const { incident, safety } = at;
    const evidence = await incident.during('diagnosing', () => cause.evidence(found, at));
    if (evidence === undefined) return false;
    const { cite, title } = cause;
    incident.noteCause({ cite, title, evidence });
    if (cause.remedy === undefined) return false;
    const mayRemedy = mayChange && this.isAllowed(cause, found);
    incident.note(cite, title, mayRemedy ? evidence : `${evidence}: left to people`);
    if (!mayRemedy) return this.leftOut(cause, evidence);
    if (!(await safety.approveRemedy(cause, evidence))) return false;
    this.isAnyTried = true;
    // What a remedy that failed half way did is unknown: verification looks, then comes the next cause.
    await incident.during('remedying', () => orGoOn(async () => await cause.remedy?.(found, at)));
    return await this.isWell(cause.verify);
  }

  /** Nobody is asked for what the host does not allow. What it allows is unknown where it could not be asked. */
  private isAllowed({ needs, cite }: Cause<D>, { allowed }: D): boolean {
    if (needs === undefined || allowed === undefined || isAllowed(needs, allowed)) return true;
    this.at.incident.addFinding('NotAllowed', cite, notAllowed(needs, this.at.steps.host));
    return false;
  }

  /** What would have been done is worth as much to people as what was. */
  private leftOut({ cite, would }: Cause<D>, evidence: string): false {
    if (would !== undefined) this.at.incident.begin(cite, `Would ${would}`, 'change')('skipped', evidence);
    return false;
  }

  private async isWell(verify = this.runbook.verify): Promise<boolean> {
    const { incident, steps, safety } = this.at;
    const wasLent = safety.isLent;
    const verdict = await safety.lendIfWanted(() => incident.during('verifying', () => verify(this.at)));
    this.hasLent = safety.isLent && !wasLent;
    this.verdict = verdict;
    if (verdict === undefined) return false;
    const { holds } = verdict;
    const { seenWellAt } = steps;
    if (!holds && !this.hasDied) return false;
    const heldMs = holds || seenWellAt === null ? verdict.heldMs : Date.now() - seenWellAt;
    incident.noteWell(heldMs, incident.isRemedied ? 'healed' : 'selfHealed');
    if (this.hasDied) noteNotWellAnyMore(incident, safety, this.runbook, 'seen by verification');
    return holds;
  }
}

/** A step that fails is a finding already, and no reason to leave the rest of the page undone. */
async function orGoOn(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (err) {
    if (!isStepFailure(err)) throw err;
  }
}
