import { condition } from '@temporalio/workflow';
import type { Outcome } from '../../shared/incident';
import { WELL } from '../../shared/observations/standing';
import { isTimeToContinue } from '../support/continue-when-long';
import type { HostWatch, SeenReading } from '../runbook/host-watch';
import type { Incident } from './incident';
import type { IncidentBody } from './incident-body';
import { mendedWithoutUs, outcomeOf } from './outcome';
import type { IncidentSafety } from '../safety/safety';

/** An alert that comes again and again brings another pass no sooner than this after the last. */
const ANOTHER_PASS_AFTER_MS = 60_000;
/** What time itself ends, such as a refusal, is asked about this often. */
const ASK_AGAIN_MS = 600_000;
/** A host that answers well and that verification doubts is verified again after this. */
const VERIFY_AGAIN_MS = 120_000;

/** Not the fault that people have: it broke anew, stands otherwise, or nobody could look in between. */
function isOtherFault({ standing, ended, wasAway }: SeenReading, seen: string | null): boolean {
  return wasAway || ended === 'brokeAnew' || (seen !== null && standing !== seen);
}

/** Nothing is left that Halcyon may do by itself: people have it, and the host is looked at all the time. */
export class WaitForPeople {
  private firingsSeen = 0;
  private doubtedUntil: number | null = null;

  constructor(
    private readonly incident: Incident,
    private readonly lifeline: IncidentSafety,
    private readonly watch: HostWatch | null,
    private readonly body: Pick<IncidentBody, 'watch'>,
  ) {}

  /** A pass of the runbook is over: what came before it says nothing new. */
  notePass(diagnosed: string | undefined): void {
    const { story } = this.incident;
    story.diagnosed = story.isSecondPass ? null : (diagnosed ?? null);
    story.isSecondPass = false;
    story.passEndedAt = Date.now();
    story.isCalledAgain = false;
    this.watch?.notePass();
    this.firingsSeen = this.incident.firings;
  }

  /** An end, or null: it is well again, another pass is due, somebody closes it, or it is time to go on in a new run. */
  async run(): Promise<Outcome | null> {
    return await this.incident.during('waitingForPeople', () => this.untilNews());
  }

  private async untilNews(): Promise<Outcome | null> {
    const { incident, watch, lifeline } = this;
    const { diagnosed } = incident.story;
    let seen = diagnosed;
    await watch?.beginUnwell(seen);
    for (;;) {
      if (incident.isClosedByPerson) return null;
      if (watch === null && incident.isResolved) return mendedWithoutUs(incident);
      const reading = watch?.take() ?? null;
      const isToVerify = reading?.standing === WELL || this.isDoubtOver();
      if (isToVerify && (await this.isVerified())) return await this.wellAgain(reading?.heldMs ?? 0);
      const isNew = reading !== null && reading.standing !== WELL && isOtherFault(reading, seen);
      if (lifeline.isResumed() || this.firesAnew() || (isNew && this.body.watch?.repeats === true)) {
        // What was done may have left it so: that is worth one more pass, and no more.
        incident.story.isSecondPass = isNew && seen !== null && seen === diagnosed;
        return this.anotherPass(reading?.standing);
      }
      if (reading !== null) await watch?.beginUnwell((seen = reading.standing));
      if (isTimeToContinue(incident.input)) {
        incident.story.isCalledAgain = this.isCalledAgain;
        return null;
      }
      // How long it waits depends on whether it is called: an alert that comes meanwhile makes it shorter.
      const wasCalled = this.isCalledAgain;
      const what = { summary: 'People to act' };
      await condition(() => this.hasNews() || this.isCalledAgain !== wasCalled, this.untilNextMs(), what);
    }
  }

  /** It answers as it should; a dependency that it does not speak of may be away all the same. */
  private async isVerified(): Promise<boolean> {
    if (this.body.watch === null) return false;
    const isWell = await this.body.watch.isWell(this.incident);
    this.doubtedUntil = isWell ? null : Date.now() + VERIFY_AGAIN_MS;
    return isWell;
  }

  private isDoubtOver(): boolean {
    return this.doubtedUntil !== null && Date.now() >= this.doubtedUntil;
  }

  private async wellAgain(heldMs: number): Promise<Outcome | null> {
    const { incident } = this;
    incident.noteWell(heldMs, mendedWithoutUs(incident));
    if (!incident.hasAlert) return outcomeOf(incident);
    incident.note('', 'Healthy again', 'waiting for Alertmanager to resolve the alert', 'well');
    incident.story.phase = 'watching';
    await this.lifeline.rest('well');
    return null;
  }

  private anotherPass(why = ''): null {
    this.incident.note('', 'Diagnosing again', why);
    this.incident.story.phase = 'round';
    this.lifeline.wantTurn();
    return null;
  }

  private hasNews(): boolean {
    const { incident, watch, lifeline } = this;
    if (incident.isClosedByPerson || isTimeToContinue(incident.input)) return true;
    if (watch === null) return incident.isResolved;
    return watch.hasReading || lifeline.isResumed() || this.firesAnew() || this.isDoubtOver();
  }

  private firesAnew(): boolean {
    return this.isCalledAgain && Date.now() >= this.anotherPassAt;
  }

  private get anotherPassAt(): number {
    return (this.incident.story.passEndedAt ?? 0) + ANOTHER_PASS_AFTER_MS;
  }

  /** Where nothing can be looked at there is no pass that could see more. */
  private get isCalledAgain(): boolean {
    const { story, firings } = this.incident;
    return this.watch !== null && (story.isCalledAgain || firings !== this.firingsSeen);
  }

  private untilNextMs(): number {
    const moments = [
      ...(this.isCalledAgain ? [this.anotherPassAt] : []),
      ...(this.doubtedUntil === null ? [] : [this.doubtedUntil]),
    ];
    return Math.max(1, Math.min(ASK_AGAIN_MS, ...moments.map((at) => at - Date.now())));
  }
}
