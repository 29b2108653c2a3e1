import {
  CancellationScope,
  ParentClosePolicy,
  getExternalWorkflowHandle,
  log,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { SignalDefinition } from '@temporalio/workflow';
import type { Approval } from '../../shared/safety/approval';
import type {
  EscalationInput,
  EscalationNote,
  EscalationPlan,
  Fact,
  StandingNote,
} from '../../shared/paging/escalation';
import { firingKey } from '../../shared/paging/escalation';
import { escalationId } from '../../shared/ids';
import type { Outcome } from '../../shared/incident';
import { ClockWatch } from './clock-watch';
import {
  acknowledgedSignal,
  askedSignal,
  closedSignal,
  escalateNowSignal,
  helplessSignal,
  noteSignal,
  routedSignal,
  standingSignal,
} from '../messages';

interface ClockOf {
  /** Asked for when a clock starts: the alert is known by then. `isAnother`: one before it may have paged for this firing. */
  input: (isAnother: boolean) => EscalationInput;
  /** It was ended from outside and begins anew: what the incident said before is to be said again. */
  onLost: () => void;
}

/**
 * An incident's hold on its clock. The clock is a workflow of its own that nothing here can stop; what is said to it is
 * sent in order, and not waited for. One that was ended from outside is noticed, and begins anew.
 */
export class EscalationClient {
  private readonly id = escalationId(workflowInfo().workflowId);
  private readonly watch = new ClockWatch(this.id);
  private last: Promise<unknown> = Promise.resolve();
  /** Nothing is left to be paged: its end is no loss. */
  private isOver = true;
  /** Which clock of this incident it is: one that fires anew after its end has another. */
  private generation = 0;

  constructor(private readonly of: ClockOf) {}

  /** The clock begins; its command goes with those of the first diagnosis, and behind them: the host is asked first. */
  start(): void {
    this.isOver = false;
    this.generation += 1;
    void this.inOrder(async () => {
      await Promise.resolve();
      // A reset makes us forget that there was a clock before.
      await this.begin(this.of.input(workflowInfo().runId !== workflowInfo().firstExecutionRunId));
    });
  }

  /** In a new run of the incident: the clock runs, and is looked after. */
  goOn(): void {
    this.isOver = false;
    this.lookAfter(this.watch.untilSeenGone());
  }

  /** All that was said so far is on its way. */
  async settled(): Promise<void> {
    await this.last;
  }

  escalateNow(reason: string): void {
    void this.say(escalateNowSignal, { reason });
  }

  helpless(reason: string): void {
    void this.say(helplessSignal, { reason });
  }

  routed(severity: string, plan: EscalationPlan): void {
    void this.say(routedSignal, { severity, plan });
  }

  /** Whether a clock has it. */
  async acknowledged(as: string, until: string): Promise<boolean> {
    return await this.say(acknowledgedSignal, { as, until });
  }

  asked(approval: Approval): void {
    void this.say(askedSignal, approval);
  }

  /** For everyone who was paged or asked so far. */
  note(note: EscalationNote): void {
    void this.say(noteSignal, note);
  }

  /** How the host stands: tiers wait while it is well. */
  standing(host: StandingNote['host'], text: string): void {
    void this.say(standingSignal, { host, text });
  }

  closed(closing: { outcome: Outcome; summary: string; facts: Fact[] }): void {
    void this.say(closedSignal, closing);
    this.isOver = true;
  }

  /** A clock of an incident before this one, which was terminated, may still be open: ours takes its place. */
  private async begin(input: EscalationInput): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        const child = await startChild('escalation', {
          workflowId: this.id,
          args: [input],
          parentClosePolicy: ParentClosePolicy.ABANDON,
          memo: { firing: firingKey(input.subject) },
          staticSummary: `Who is paged when about ${input.subject.workflowId}`,
        });
        return this.lookAfter(this.watch.untilEnded(child));
      } catch (err) {
        if (!(err instanceof WorkflowExecutionAlreadyStartedError)) throw err;
        // After a reset it is ours; of one that fires anew, it is the one that was told to close.
        if (await this.watch.isOf(firingKey(input.subject))) return this.lookAfter(this.watch.untilSeenGone());
        await this.watch.putAside(tries, () => this.isHeard(closedSignal, SUPERSEDED));
      }
    }
  }

  /** @param lost resolves when the clock has ended */
  private lookAfter(lost: Promise<void>): void {
    const { generation } = this;
    void lost.then(() =>
      this.inOrder(async () => {
        if (!this.isOver && generation === this.generation) await this.beginAnew();
      }),
    );
  }

  /** Nothing where it runs again already. */
  private async beginAnew(): Promise<void> {
    const input = this.of.input(true);
    if (await this.watch.isOf(firingKey(input.subject))) return;
    this.of.onLost();
    await this.begin(input);
  }

  /** Resolves with whether a clock has it. */
  private async say<A>(signal: SignalDefinition<[A]>, argument: A): Promise<boolean> {
    const isLast = signal.name === closedSignal.name;
    return await this.inOrder(async () => {
      if (await this.isHeard(signal, argument)) return true;
      // Whoever was paged hears the end, also where the clock was ended a moment before.
      if (!isLast && this.isOver) return false;
      await this.beginAnew();
      return await this.isHeard(signal, argument);
    });
  }

  private async isHeard<A>(signal: SignalDefinition<[A]>, argument: A): Promise<boolean> {
    try {
      await getExternalWorkflowHandle(this.id).signal(signal, argument);
      return true;
    } catch (err) {
      log.warn('the escalation could not be told', { escalation: this.id, signal: signal.name, err });
      return false;
    }
  }

  /** One after another. Cancelling the incident must not cancel what its clock is told. */
  private inOrder<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(() => CancellationScope.nonCancellable(work));
    this.last = done;
    return done;
  }
}

const SUPERSEDED = { outcome: 'unresolved', summary: 'a newer run of this incident goes on' } as const;
