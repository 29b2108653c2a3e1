import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  ParentClosePolicy,
  getExternalWorkflowHandle,
  log,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { SignalDefinition } from '@temporalio/workflow';
import type { Approval } from '../../shared/safety/approval';
import type {
  EscalationInput,
  EscalationNote,
  EscalationPlan,
  Fact,
  StandingNote,
} from '../../shared/paging/escalation';
import { escalationId } from '../../shared/ids';
import type { Outcome } from '../../shared/incident';
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

/** An older run's clock that does not end is waited for this long at a time. */
const AGAIN_MS = 2_000;

/**
 * An incident's hold on its clock. The clock is a workflow of its own that nothing here can stop: what is said to it is
 * sent in order, and not waited for.
 */
export class EscalationClient {
  private readonly id = escalationId(workflowInfo().workflowId);
  private last: Promise<void> = Promise.resolve();

  /** @param input asked for when the clock starts: the alert is known by then */
  constructor(private readonly input: () => EscalationInput) {}

  /** The clock begins; its command goes with those of the first diagnosis, and behind them: the host is asked first. */
  start(): void {
    // Cancelling the incident must not cancel the clock.
    this.last = CancellationScope.nonCancellable(async () => {
      await Promise.resolve();
      await this.started();
    });
  }

  /** All that was said so far is on its way. */
  async settled(): Promise<void> {
    await this.last;
  }

  escalateNow(reason: string): void {
    this.say(escalateNowSignal, { reason });
  }

  helpless(reason: string): void {
    this.say(helplessSignal, { reason });
  }

  routed(severity: string, plan: EscalationPlan): void {
    this.say(routedSignal, { severity, plan });
  }

  acknowledged(as: string, until: string): void {
    this.say(acknowledgedSignal, { as, until });
  }

  asked(approval: Approval): void {
    this.say(askedSignal, approval);
  }

  /** For everyone who was paged or asked so far. */
  note(note: EscalationNote): void {
    this.say(noteSignal, note);
  }

  /** How the host stands: tiers wait while it is well. */
  standing(host: StandingNote['host'], text: string): void {
    this.say(standingSignal, { host, text });
  }

  closed(closing: { outcome: Outcome; summary: string; facts: Fact[] }): void {
    this.say(closedSignal, closing);
  }

  /** A clock of an earlier run may still be open, when that was terminated: ours takes its place. */
  private async started(): Promise<void> {
    const input = this.input();
    for (;;) {
      try {
        await startChild('escalation', {
          workflowId: this.id,
          args: [input],
          parentClosePolicy: ParentClosePolicy.ABANDON,
          staticSummary: `Who is paged when about ${input.subject.workflowId}`,
        });
        return;
      } catch (err) {
        if (!(err instanceof WorkflowExecutionAlreadyStartedError)) throw err;
        await this.signal(closedSignal, { outcome: 'unresolved', summary: 'a newer run of this incident goes on' });
        await sleep(AGAIN_MS, { summary: 'Clock of an earlier run to end' });
      }
    }
  }

  private say<A>(signal: SignalDefinition<[A]>, argument: A): void {
    this.last = this.last.then(() => CancellationScope.nonCancellable(() => this.signal(signal, argument)));
  }

  /** A clock that is over already has nothing to be told. */
  private async signal<A>(signal: SignalDefinition<[A]>, argument: A): Promise<void> {
    try {
      await getExternalWorkflowHandle(this.id).signal(signal, argument);
    } catch (err) {
      log.warn('the escalation could not be told', { escalation: this.id, signal: signal.name, err });
    }
  }
}
