import { condition } from '@temporalio/workflow';
import { roughDuration } from '../../shared/text/durations';
import type { Outcome } from '../../shared/incident';
import { WELL } from '../../shared/observations/standing';
import type { StandingReading } from '../../shared/observations/standing';
import { CRASH_LOOP, noteNotWellAnyMore } from '../runbook/crash-loop';
import { isTimeToContinue } from '../support/continue-when-long';
import type { HostWatch } from '../runbook/host-watch';
import type { Incident } from './incident';
import type { IncidentBody } from './incident-body';
import { creditOthers } from './credit';
import { outcomeOf } from './outcome';
import type { IncidentSafety } from '../safety/safety';

const HOUR_MS = 3_600_000;

/** The host is well: looks on until Alertmanager agrees and it has been steady, or until it is not well any more. */
export class LookOn {
  constructor(
    private readonly incident: Incident,
    private readonly lifeline: IncidentSafety,
    private readonly watch: HostWatch | null,
    private readonly body: Pick<IncidentBody, 'page' | 'watch'>,
  ) {}

  /** An end, or null: another pass is due, or somebody closes it, or it is time to go on in a new run. */
  async run(): Promise<Outcome | null> {
    return await this.incident.during('watching', async () => {
      await creditOthers(this.incident);
      return await this.untilNews();
    });
  }

  private async untilNews(): Promise<Outcome | null> {
    const { incident } = this;
    await this.look(null);
    for (;;) {
      const reading = this.watch?.take() ?? null;
      if (reading !== null && !(await this.takeIn(reading))) return null;
      if (incident.isClosedByPerson || isTimeToContinue(incident.input)) return null;
      if (this.isSteady() && (incident.isResolved || this.isQuietRevisit())) return outcomeOf(incident);
      if (this.isContradicted()) await this.tellContradiction();
      await condition(() => this.hasNews(), this.untilNextMs(), { summary: 'Alertmanager to agree' });
    }
  }

  /** False when another pass is due. */
  private async takeIn(reading: StandingReading): Promise<boolean> {
    const { incident, lifeline, body } = this;
    if (reading.ended === 'restarted') {
      if (body.watch?.isService === true) this.noteRestart(reading);
      await this.look(reading.invocation);
      return true;
    }
    if (reading.standing === WELL) {
      incident.withdraw(({ name }) => name === CRASH_LOOP);
      incident.noteWell(reading.heldMs, 'selfHealed');
      await this.look(reading.invocation);
      return true;
    }
    noteNotWellAnyMore(incident, lifeline, body, reading.standing);
    incident.note('', 'Not well any more: diagnosing again', reading.standing, 'down');
    incident.story.phase = 'round';
    lifeline.wantTurn();
    return false;
  }

  private noteRestart({ restarts }: StandingReading): void {
    const { incident, lifeline, body } = this;
    if (restarts > 0) noteNotWellAnyMore(incident, lifeline, body, 'its manager restarted it');
    else incident.note('', `${this.subject} was started anew, and not by this incident`);
    incident.noteWell(0, 'selfHealed');
  }

  private get subject(): string {
    return this.body.watch?.subject ?? 'it';
  }

  /** In a crash loop nothing counts as well that has not lasted. */
  private async look(invocation: string | null): Promise<void> {
    const { stabilityWindowMs, steadyForMs } = this.incident.input.policy;
    const isLooping = this.incident.hasFinding(CRASH_LOOP);
    const how = isLooping
      ? { seen: null, invocation: null, wellForMs: steadyForMs }
      : { seen: WELL, invocation, wellForMs: stabilityWindowMs };
    await this.watch?.begin({ ...how, isMended: true });
  }

  private isSteady(): boolean {
    const { incident } = this;
    const { wasNotWell, wellSince } = incident.story;
    if (incident.hasFinding(CRASH_LOOP)) return false;
    if (!wasNotWell) return true;
    return wellSince !== null && Date.now() - wellSince >= incident.input.policy.steadyForMs;
  }

  /** Begun by a late copy of an alert that is over, and nothing came of it. */
  private isQuietRevisit(): boolean {
    const { input, story, firings } = this.incident;
    if (input.revisit !== true || firings > 1 || story.wasNotWell || story.wellSince === null) return false;
    return Date.now() - story.wellSince >= input.policy.steadyForMs;
  }

  private isContradicted(): boolean {
    const { story, input, isResolved } = this.incident;
    if (story.isContradictionTold || isResolved || input.revisit === true || story.wellSince === null) return false;
    return Date.now() - story.wellSince >= input.policy.agreeWithinMs;
  }

  private async tellContradiction(): Promise<void> {
    const { incident, body } = this;
    incident.story.isContradictionTold = true;
    const forMs = Date.now() - (incident.story.wellSince ?? Date.now());
    const seen = (await body.watch?.contradiction(incident)) ?? '';
    const what = `${this.subject} has been well on its host for ${roughDuration(forMs)} while ${incident.view.alertname} fires: a fault of monitoring; ${seen}`;
    incident.addFinding('AlertContradicted', `${body.page}.diagnosis`, what);
    this.lifeline.contradicted(what);
  }

  private hasNews(): boolean {
    const { incident, watch } = this;
    if (incident.isClosedByPerson || watch?.hasReading === true || isTimeToContinue(incident.input)) return true;
    return incident.isResolved && this.isSteady();
  }

  /** Until time itself brings something: steadiness, or the end of patience with Alertmanager. */
  private untilNextMs(): number {
    const { story, input } = this.incident;
    if (story.wellSince === null) return HOUR_MS;
    const lasted = Date.now() - story.wellSince;
    const { steadyForMs, agreeWithinMs } = input.policy;
    return Math.min(HOUR_MS, ...[steadyForMs - lasted, agreeWithinMs - lasted].filter((ms) => ms > 0));
  }
}
