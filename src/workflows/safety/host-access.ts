import { ApplicationFailure, condition, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { TurnAnswer, TurnMessage } from '../../shared/safety/guard';
import type { ChangePermit } from '../../shared/safety/permit';
import type { SafetyPolicy } from '../../shared/safety/safety';
import { turnRequestOf } from './describe-incident';
import type { ChangeGate, ChangeIntent, Permission } from './gate';
import { guardOf } from '../guard/guard-client';
import type { Incident } from '../incident/incident';
import type { Safety } from './safety';
import { SharedTurn } from './shared-turn';
import type { Step } from '../runbook/step';
import { reason } from '../runbook/step-failures';
import { Turn } from '../guard/turn';

/** What was diagnosed before a wait of this length is looked at again. */
const STALE_AFTER_MS = 2_000;
/** A budget grows again with time: the guard is asked again so long after it refused. */
const REFUSED_AGAIN_MS = 1_800_000;

interface HostAccessOf {
  incident: Incident;
  policy: SafetyPolicy;
  /** People said yes to what is under way. */
  isApproved(): boolean;
  /** Nothing may be changed, and this is why. */
  onRefused(why: string): void;
  /** A change was made, or failed. */
  onEnded(step: Step, failure: string | null): void;
}

type Answer = Extract<TurnAnswer, { kind: 'granted' | 'refused' }>;
type TurnResult = Awaited<ReturnType<Safety['turn']>>;

/** Whether and when one incident may change its host: by its runbook's mode, its guard, and the people who may close it. */
export class HostAccess implements ChangeGate {
  /** Null where nothing may be changed at all. */
  private readonly shared: SharedTurn | null;
  /** Whether the guard has answered this run since it was asked whether a pause still holds. */
  private isAnswered = true;

  constructor(private readonly of: HostAccessOf) {
    const { incident, policy } = of;
    const { host } = incident.input;
    this.shared = policy.mode === 'observe' || host === null ? null : sharedTurnOf(incident, policy, host);
  }

  /** Asks for the turn, and does not wait. */
  request(): void {
    this.shared?.request();
  }

  /** In a new run that only looks on. The guard is asked whether what it refused is refused still. */
  goOn(): void {
    const { resting } = this.of.incident.story;
    if (resting?.isPaused !== true || this.shared === null) return;
    this.isAnswered = false;
    this.shared.request();
    void this.untilResumed(resting);
  }

  receive(answer: TurnMessage): void {
    this.isAnswered = true;
    this.shared?.receive(answer);
  }

  async turn(): Promise<TurnResult> {
    const { shared } = this;
    if (shared === null) return this.refused('this runbook only observes: runbooks.<name>.mode in halcyon.yaml');
    return this.resultOf(await this.during((isOver) => shared.takeAgain(isOver)));
  }

  /** Asks for it again where it was lent, and does not wait. */
  requestAgain(): void {
    if (this.isLent) this.shared?.request();
  }

  /** Others may have the host while people think, or something is waited for, as far as no step is at work on it. */
  async lendWhile<T>(think: () => Promise<T>): Promise<T> {
    return await (this.shared?.lendWhile(think) ?? think());
  }

  /** Who is more urgent may have the host meanwhile. */
  async lendIfWanted<T>(wait: () => Promise<T>): Promise<T> {
    return await (this.shared?.lendIfWanted(wait) ?? wait());
  }

  get isLent(): boolean {
    return this.shared?.isLent === true;
  }

  /** After people thought; false when there is no turn any more. */
  async takeAgain(): Promise<boolean> {
    const { shared } = this;
    if (shared === null) return false;
    const result = this.resultOf(await this.during((isOver) => shared.takeAgain(isOver)));
    return result === 'ready' || result === 'waited';
  }

  async permit(step: Step, change: ChangeIntent): Promise<Permission> {
    this.check(change);
    const letGo = this.use();
    try {
      const permit = await this.permitOf(step, change);
      const ended = (failure: string | null) => {
        this.of.onEnded(step, failure);
        letGo();
      };
      const renewed = async (stale: ChangePermit) => await this.shared?.renewed(stale);
      return { permit, renewed, ended };
    } catch (err) {
      letGo();
      throw err;
    }
  }

  async keepHost<T>(work: () => Promise<T>): Promise<T> {
    const letGo = this.use();
    try {
      return await work();
    } finally {
      letGo();
    }
  }

  /** Gives the turn back for as long as the incident only looks on; waits for the end of a pause with it. */
  async rest(): Promise<void> {
    const { shared } = this;
    const isPaused = shared?.isPaused === true;
    const isSpent = ['budget', 'flapping'].includes(shared?.refusal?.reason ?? '');
    const resting = { since: Date.now(), isPaused, isSpent };
    this.of.incident.story.resting = resting;
    if (isPaused) void this.untilResumed(resting);
    else await shared?.giveBack();
  }

  /** What it was refused for is over, as far as is known. */
  isResumed(): boolean {
    const { resting } = this.of.incident.story;
    if (resting === null) return false;
    const { since, isPaused, isSpent } = resting;
    if (isPaused) return this.isAnswered && this.shared?.isPaused === false;
    return isSpent && Date.now() - since >= REFUSED_AGAIN_MS;
  }

  endRest(): void {
    this.of.incident.story.resting = null;
  }

  /** For good, or until it is asked for again. */
  async giveBack(): Promise<void> {
    await this.shared?.giveBack();
  }

  /** A guard that was lost tells nobody of the end of a pause: it is asked now and then. */
  private async untilResumed(resting: object): Promise<void> {
    const isOver = () => this.of.incident.story.resting !== resting;
    try {
      if (!this.isAnswered) await this.shared?.ready(isOver);
      await this.shared?.whenResumed(isOver);
    } catch (err) {
      if (!isCancellation(err)) throw err;
    }
  }

  private use(): () => void {
    return this.shared?.use() ?? (() => undefined);
  }

  private async during(wait: (isOver: () => boolean) => Promise<Answer | undefined>): Promise<Answer | undefined> {
    const { incident } = this.of;
    return await incident.during('waitingForTurn', () => wait(() => incident.isResolved || incident.isClosedByPerson));
  }

  private resultOf(answer: Answer | undefined): TurnResult {
    const { onRefused, incident } = this.of;
    if (answer === undefined) return 'over';
    if (answer.kind === 'granted') return (this.shared?.waited ?? 0) > STALE_AFTER_MS ? 'waited' : 'ready';
    onRefused(`the guard of ${incident.input.host} refuses: ${answer.detail}`);
    return this.refused(answer.detail);
  }

  /** What is not for the guard to say. Undoing is never refused. */
  private check({ isUndo }: ChangeIntent): void {
    const { incident, policy, isApproved } = this.of;
    const { closedBy } = incident;
    if (isUndo === true) return;
    if (closedBy !== null) throw changeRefused(`${closedBy.as} closed this incident: nothing new is begun`);
    if (this.shared === null) throw changeRefused('this runbook only observes');
    if (policy.mode === 'approve' && !isApproved()) throw changeRefused('nobody approved it');
  }

  private async permitOf({ title }: Step, change: ChangeIntent): Promise<ChangePermit> {
    const { shared } = this;
    if (shared === null) return { kind: 'undo', token: 0, holder: workflowInfo().workflowId };
    try {
      if (change.isUndo !== true) await this.untilNotLent(shared);
      return shared.permit(title, change);
    } catch (err) {
      this.of.onRefused(`"${title}" is refused: ${reason(err)}`);
      throw err;
    }
  }

  private async untilNotLent(shared: SharedTurn): Promise<void> {
    if (shared.isLent) await this.during((isOver) => shared.takeAgain(isOver));
  }

  private refused(why: string): 'refused' {
    this.of.incident.addFinding('ChangeRefused', '', why);
    return 'refused';
  }
}

function sharedTurnOf(incident: Incident, { guard }: SafetyPolicy, host: string): SharedTurn {
  const turn = new Turn({
    who: 'incident',
    host,
    guard: guardOf(host),
    request: () => turnRequestOf(incident, guard),
    note: (title, detail) => incident.note('', title, detail),
    now: () => Date.now(),
  });
  return new SharedTurn({
    turn,
    hasChanged: () => incident.changed,
    note: (title) => incident.note('', title),
    until: async (isSo) => await condition(isSo),
  });
}

/** What an incident that may not change something throws: its step is skipped, and says why. */
function changeRefused(why: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(why, 'ChangeRefused');
}
