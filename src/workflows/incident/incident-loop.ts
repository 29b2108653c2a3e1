import { allHandlersFinished, condition } from '@temporalio/workflow';
import type { IncidentInput, Outcome } from '../../shared/incident';
import { continueInNewRun, isTimeToContinue } from '../support/continue-when-long';
import { HostWatch, hostOf } from '../runbook/host-watch';
import type { Incident } from './incident';
import type { IncidentBody } from './incident-body';
import { credited } from './credit';
import { LookOn } from './look-on';
import { mendedWithoutUs, outcomeOf } from './outcome';
import type { IncidentSafety } from '../safety/safety';
import { WaitForPeople } from './wait-for-people';

const HOUR_MS = 3_600_000;
/** Where a page asked for nothing, it is asked again after this. */
const DUE_AGAIN_MS = 1_800_000;
/** Passes in an hour for each restart that the budget allows: some only look. */
const PASSES_PER_RESTART = 3;

/** Passes of a runbook, and looking on in between, until an end holds and everyone has heard of it. */
export async function untilClosed(incident: Incident, lifeline: IncidentSafety, body: IncidentBody): Promise<Outcome> {
  for (;;) {
    const outcome = await new IncidentLoop(incident, lifeline, body).untilEnd();
    await condition(allHandlersFinished);
    const { firings } = incident;
    await lifeline.end(outcome);
    // Somebody may have acknowledged it while everyone was told.
    await condition(allHandlersFinished);
    if (incident.firings === firings) return outcome;
    // It came while everyone was told that it is over.
    incident.note('', 'The alert fires anew: diagnosing again');
    incident.reopen();
  }
}

/**
 * One incident from its first pass to an end that holds. It ends when the host is well and Alertmanager agrees, or when a
 * person closes it; until then the host is looked at all the time, whoever has it.
 */
class IncidentLoop {
  private readonly watch: HostWatch | null;
  private readonly lookOn: LookOn;
  private readonly waitForPeople: WaitForPeople;

  constructor(
    private readonly incident: Incident,
    private readonly lifeline: IncidentSafety,
    private readonly body: IncidentBody,
  ) {
    const { page, watch } = body;
    this.watch =
      watch === null || incident.input.host === null ? null : new HostWatch(incident, hostOf(incident), page, watch);
    this.lookOn = new LookOn(incident, lifeline, this.watch, body);
    this.waitForPeople = new WaitForPeople(incident, lifeline, this.watch, body);
  }

  async untilEnd(): Promise<Outcome> {
    const { incident, lifeline, watch } = this;
    if (incident.story.phase === 'round') lifeline.begin();
    else lifeline.goOn();
    for (;;) {
      const outcome = incident.isClosedByPerson ? await this.lastLook() : await this.phase();
      await watch?.stop();
      if (outcome !== null) return await credited(incident, outcome);
      if (this.mayContinue()) await this.continueInNewRun();
    }
  }

  /** An end, or null where another phase follows. */
  private async phase(): Promise<Outcome | null> {
    switch (this.incident.story.phase) {
      case 'round':
        return await this.pass();
      case 'watching':
        return await this.lookOn.run();
      case 'notDue':
        return await this.waitUntilDue();
      case 'people':
        return await this.waitForPeople.run();
    }
  }

  private async pass(): Promise<Outcome | null> {
    const { incident, lifeline, body } = this;
    if (!this.countPass()) {
      const passes = incident.story.rounds.length;
      incident.addFinding(
        'Flapping',
        body.page,
        `it did not stay well in ${passes} passes of the runbook within an hour`,
      );
      return await this.handOver('it does not stay well, whatever is done');
    }
    const result = await this.runPass();
    this.waitForPeople.notePass(result.kind === 'helpless' ? result.diagnosed : undefined);
    if (result.kind === 'over') return result.outcome;
    // Whatever the pass came to: a person has it, nobody is called for it, and the last look follows.
    if (incident.isClosedByPerson) return null;
    if (result.kind === 'again') return null;
    if (result.kind === 'helpless') return await this.handOver(result.why);
    if (result.kind === 'notDue') return await this.standBy(result.why);
    // Nobody but a person's wish began it: there is nothing to wait for.
    if (!incident.hasAlert) return outcomeOf(incident);
    incident.story.phase = 'watching';
    await lifeline.rest('well');
    return null;
  }

  /** A bug in a runbook stops this workflow's task for ever, but never before the clock runs by itself. */
  private async runPass(): ReturnType<IncidentBody['round']> {
    try {
      return await this.body.round(this.incident, this.lifeline);
    } catch (err) {
      await this.lifeline.begun();
      throw err;
    }
  }

  private async standBy(why: string): Promise<null> {
    const { incident, lifeline, body } = this;
    incident.story.phase = 'notDue';
    incident.note(body.page, 'Nothing is asked for at this time', why);
    await lifeline.rest('notDue');
    return null;
  }

  /** An end, or null: another pass may have something to do, or somebody closes it. */
  private async waitUntilDue(): Promise<Outcome | null> {
    const { incident, lifeline } = this;
    const isOver = () => incident.isClosedByPerson || incident.isResolved;
    const isSo = () => isOver() || this.mayContinue();
    const hasNews = await incident.during('notDue', () =>
      condition(isSo, DUE_AGAIN_MS, { summary: 'Something to be asked for' }),
    );
    if (incident.isClosedByPerson) return null;
    if (incident.isResolved) return mendedWithoutUs(incident);
    if (hasNews) return null;
    incident.story.phase = 'round';
    lifeline.wantTurn();
    return null;
  }

  private async handOver(why: string): Promise<null> {
    this.incident.story.phase = 'people';
    this.lifeline.helpless(why);
    await this.lifeline.rest('down');
    return null;
  }

  /** A person says that it is over. What can be seen goes on the record; it is closed all the same. */
  private async lastLook(): Promise<Outcome> {
    const { incident, body } = this;
    const isWell = await incident.during('verifying', async () => (await body.watch?.isWell(incident)) === true);
    return isWell ? outcomeOf(incident) : 'unresolved';
  }

  /** False when there were so many passes within the hour that another one is not worth trying. */
  private countPass(): boolean {
    const { story, input } = this.incident;
    story.rounds = story.rounds.filter((at) => Date.now() - at < HOUR_MS);
    if (story.rounds.length >= input.safety.guard.restartsPerHour * PASSES_PER_RESTART) return false;
    story.rounds.push(Date.now());
    return true;
  }

  /** Between passes, where all that it knows is plain; what a person closed is closed first. */
  private mayContinue(): boolean {
    const { story, input, isClosedByPerson } = this.incident;
    return story.phase !== 'round' && !isClosedByPerson && isTimeToContinue(input);
  }

  private async continueInNewRun(): Promise<void> {
    const { input, view, story } = this.incident;
    // What was said to the clock is on its way.
    await this.lifeline.begun();
    await continueInNewRun<Runbook>({ ...input, carried: { view, story } }, () => this.mayContinue());
  }
}

type Runbook = (input: IncidentInput) => Promise<unknown>;
