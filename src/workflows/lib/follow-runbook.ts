import { ApplicationFailure, condition } from '@temporalio/workflow';
import type { Outcome } from '../../shared/incident';
import type { HealthState } from '../../shared/observations';
import type { Gate } from './gate';
import { HostSteps, isFailure, isStepFailure, reason } from './host-steps';
import type { Incident } from './incident';
import type { IncidentBody } from './run-incident';
import type { Cause, Runbook } from './runbook';
import { Unguarded } from './safety';
import type { Safety, Watch } from './safety';

/** A new episode during the incident starts the runbook again; more often than this the service flaps. */
const MAX_ROUNDS = 3;

/** One page of the document as the body of an incident: diagnose, then the causes in order until verification holds. */
export function followRunbook<D extends { health: HealthState | undefined }>(runbook: Runbook<D>): IncidentBody {
  return {
    run: async (incident, safety) => {
      const steps = stepsOf(incident, safety);
      try {
        const outcome = await new RunbookRun(incident, runbook, steps, safety).untilQuiet();
        if (outcome === 'unresolved') incident.note(runbook.handOver.cite, runbook.handOver.title);
        return outcome;
      } catch (err) {
        if (!isFailure(err, 'AgentUnreachable')) throw err;
        incident.note(runbook.handOver.cite, runbook.handOver.title, reason(err));
        return 'unresolved';
      }
    },
    watch: (incident) => watchBy(incident, runbook.verify),
  };
}

/** The steps of an incident, on its host. */
export function stepsOf(
  incident: Incident,
  gate: Gate,
  giveUpAfterMs = incident.input.policy.giveUpAfterMs,
): HostSteps {
  const { host, runbook } = incident.input;
  if (host === null) throw ApplicationFailure.nonRetryable(`runbook ${runbook} needs a host`, 'HostMissing');
  return new HostSteps(incident, host, Date.now() + giveUpAfterMs, gate);
}

/** Looks by a page's own verification while people have the incident. Nothing is changed by it. */
export function watchBy(incident: Incident, verify: Runbook<never>['verify']): Watch {
  return async (how) => {
    const isPatient = how === 'patient';
    const steps = stepsOf(incident, new Unguarded(), isPatient ? undefined : 0);
    try {
      const verdict = await verify(steps, incident, isPatient);
      if (verdict?.healthy === true) incident.view.measures.healthyAt = verdict.healthySince;
      return verdict?.healthy === true;
    } catch (err) {
      // Nobody is there to look: people keep it, and it is looked at again.
      if (!isFailure(err, 'AgentUnreachable')) throw err;
      return false;
    }
  };
}

/** `again`: what was diagnosed no longer describes the host. */
type RoundOutcome = Outcome | 'again';

class RunbookRun<D extends { health: HealthState | undefined }> {
  constructor(
    private readonly incident: Incident,
    private readonly runbook: Runbook<D>,
    private readonly steps: HostSteps,
    private readonly safety: Safety,
  ) {}

  /** Rounds until no alert fires that began after health was last verified. */
  async untilQuiet(): Promise<Outcome> {
    for (let round = 1; round <= MAX_ROUNDS; round++) {
      const outcome = await this.round();
      if (outcome === 'unresolved') return outcome;
      if (outcome !== 'again' && !this.firesAgain()) return outcome;
      this.incident.note('', 'Not healthy for good: diagnosing again');
    }
    this.incident.find('Flapping', this.runbook.page, `did not stay healthy in ${MAX_ROUNDS} rounds`);
    return 'unresolved';
  }

  private async round(): Promise<RoundOutcome> {
    let found = await this.diagnosed();
    if (isHealthy(found.health)) return await this.contradiction();
    const turn = await this.safety.turn();
    if (turn === 'waited') found = await this.diagnosed();
    if (turn === 'waited' && isHealthy(found.health)) return await this.contradiction();
    for (const cause of this.runbook.causes) {
      if (this.incident.isClosedByPerson) break;
      if (this.incident.isResolved && (await this.verified())) return this.success();
      if (await this.remedied(cause, found, turn !== 'refused')) return this.success();
    }
    return 'unresolved';
  }

  private async diagnosed(): Promise<D> {
    this.incident.setState('diagnosing');
    return await this.runbook.diagnose(this.steps, this.incident);
  }

  /**
   * The host says healthy and the alert says down. Not a reason to act, and not good news either: it is over only when
   * Alertmanager agrees.
   */
  private async contradiction(): Promise<RoundOutcome> {
    if (!(await this.verified())) return 'again';
    if (this.incident.isResolved || this.incident.input.startedBy !== undefined) return this.success();
    this.incident.find(
      'AlertContradicted',
      `${this.runbook.page}.diagnosis`,
      'KingFisher answers on its host while the alert still fires: look at scraping and at the network in between',
    );
    const agreed = await condition(
      () => this.incident.isResolved || this.incident.isClosedByPerson || this.firesAgain(),
      this.incident.input.policy.giveUpAfterMs,
      { summary: 'Alertmanager to resolve the alert' },
    );
    if (!agreed || this.incident.isClosedByPerson) return 'unresolved';
    if (this.firesAgain()) return 'again';
    return (await this.verified()) ? this.success() : 'again';
  }

  /** Evidence, remedy, verification of one cause; true when verification holds. */
  private async remedied(cause: Cause<D>, found: D, mayChange: boolean): Promise<boolean> {
    this.incident.setState('diagnosing');
    const evidence = await cause.evidence(found, this.steps, this.incident);
    if (evidence === undefined || cause.remedy === undefined) return false;
    this.incident.note(cause.cite, cause.title, mayChange ? evidence : `${evidence}: left to people`);
    if (!mayChange) return false;
    this.incident.setState('remedying');
    try {
      await cause.remedy(found, this.steps, this.incident, this.safety);
    } catch (err) {
      // What a remedy that failed half way did is unknown: verification looks, then comes the next cause.
      if (!isStepFailure(err)) throw err;
    }
    return await this.verified();
  }

  private async verified(): Promise<boolean> {
    this.incident.setState('verifying');
    const verdict = await this.runbook.verify(this.steps, this.incident);
    if (verdict?.healthy !== true) return false;
    this.incident.view.measures.healthyAt = verdict.healthySince;
    return true;
  }

  private success(): Outcome {
    return this.incident.changed ? 'healed' : 'selfHealed';
  }

  private firesAgain(): boolean {
    const { healthyAt } = this.incident.view.measures;
    return healthyAt !== null && this.incident.hasFiringSince(healthyAt);
  }
}

function isHealthy(health: HealthState | undefined): boolean {
  return health?.health.answer === 'ok' && health.ready.answer === 'ok';
}
