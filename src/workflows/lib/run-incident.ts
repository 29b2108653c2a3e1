import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { FIRST_STATE } from '../../shared/incident';
import type { IncidentInput, IncidentMemo, IncidentResult, Outcome } from '../../shared/incident';
import type { HealthState } from '../../shared/observations';
import { searchAttributes } from '../../shared/search-attributes';
import { alertSignal, timelineQuery } from '../messages';
import { renderDetails } from './details';
import { HostSteps, isFailure, isStepFailure, reason } from './host-steps';
import { Incident } from './incident';
import type { Cause, Runbook } from './runbook';

/** A new episode during the incident starts the runbook again; more often than this the service flaps. */
const MAX_ROUNDS = 3;
/** An incident started without an alert (Temporal UI's "start workflow") does not wait for one for ever. */
const FIRST_ALERT_WITHIN_MS = 5_000;

/**
 * An incident from first alert to verified close: takes alerts, runs `body`, keeps what engineers see up to date, and
 * leaves behind which episodes it closed.
 */
export async function runIncident(
  input: IncidentInput,
  body: (incident: Incident) => Promise<Outcome>,
): Promise<IncidentResult> {
  // Whoever starts an incident sets the first state with it: saying it again would only cost the first step time.
  let shown: string = FIRST_STATE;
  const incident: Incident = new Incident(input, isoNow, () => {
    setCurrentDetails(renderDetails(incident.view));
    if (incident.view.state === shown) return;
    shown = incident.view.state;
    upsertSearchAttributes([{ key: searchAttributes.state, value: shown }]);
  });
  setHandler(alertSignal, (alerts) => [alerts].flat().forEach((alert) => incident.receive(alert)));
  setHandler(timelineQuery, () => incident.view);

  if (!incident.hasAlert && input.startedBy === undefined) {
    await condition(() => incident.hasAlert, FIRST_ALERT_WITHIN_MS, { summary: 'First alert' });
  }
  if (input.startedBy !== undefined) incident.note('', `Started by ${input.startedBy.who}: ${input.startedBy.reason}`);
  const outcome = await body(incident);
  await condition(allHandlersFinished);

  incident.close(outcome);
  upsertSearchAttributes([{ key: searchAttributes.outcome, value: outcome }]);
  upsertMemo({ closedEpisodes: incident.closedEpisodes() } satisfies IncidentMemo);
  return incident.view;
}

/** Runs one page of the document: diagnose, then the causes in order until verification holds. */
export async function followRunbook<D extends { health: HealthState | undefined }>(
  incident: Incident,
  runbook: Runbook<D>,
): Promise<Outcome> {
  const steps = stepsOf(incident);
  const run = new RunbookRun(incident, runbook, steps);
  try {
    const outcome = await run.untilQuiet();
    if (outcome === 'unresolved') incident.note(runbook.handOver.cite, runbook.handOver.title);
    return outcome;
  } catch (err) {
    if (!isFailure(err, 'AgentUnreachable')) throw err;
    incident.note(runbook.handOver.cite, runbook.handOver.title, reason(err));
    return 'unresolved';
  }
}

/** The steps of an incident, on its host. */
export function stepsOf(incident: Incident): HostSteps {
  const { host, policy, runbook } = incident.input;
  if (host === null) throw ApplicationFailure.nonRetryable(`runbook ${runbook} needs a host`, 'HostMissing');
  return new HostSteps(incident, host, Date.now() + policy.giveUpAfterMs);
}

/** `again`: what was diagnosed no longer describes the host. */
type RoundOutcome = Outcome | 'again';

class RunbookRun<D extends { health: HealthState | undefined }> {
  constructor(
    private readonly incident: Incident,
    private readonly runbook: Runbook<D>,
    private readonly steps: HostSteps,
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
    this.incident.setState('diagnosing');
    const found = await this.runbook.diagnose(this.steps, this.incident);
    if (isHealthy(found.health)) return await this.contradiction();
    for (const cause of this.runbook.causes) {
      if (this.incident.isResolved && (await this.verified())) return this.success();
      if (await this.remedied(cause, found)) return this.success();
    }
    return 'unresolved';
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
      () => this.incident.isResolved || this.firesAgain(),
      this.incident.input.policy.giveUpAfterMs,
      { summary: 'Alertmanager to resolve the alert' },
    );
    if (!agreed) return 'unresolved';
    if (this.firesAgain()) return 'again';
    return (await this.verified()) ? this.success() : 'again';
  }

  /** Evidence, remedy, verification of one cause; true when verification holds. */
  private async remedied(cause: Cause<D>, found: D): Promise<boolean> {
    this.incident.setState('diagnosing');
    const evidence = await cause.evidence(found, this.steps, this.incident);
    if (evidence === undefined || cause.remedy === undefined) return false;
    this.incident.note(cause.cite, cause.title, evidence);
    this.incident.setState('remedying');
    try {
      await cause.remedy(found, this.steps, this.incident);
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
    return this.incident.changed ? 'healed' : 'recovered';
  }

  private firesAgain(): boolean {
    const { healthyAt } = this.incident.view.measures;
    return healthyAt !== null && this.incident.hasFiringSince(healthyAt);
  }
}

function isHealthy(health: HealthState | undefined): boolean {
  return health?.health.answer === 'ok' && health.ready.answer === 'ok';
}

/** Workflow time. */
function isoNow(): string {
  return new Date().toISOString();
}
