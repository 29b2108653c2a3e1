import { workflowInfo } from '@temporalio/workflow';
import type { ApprovalSubject } from '../../shared/approval';
import type { Outcome } from '../../shared/incident';
import type { ChangePermit } from '../../shared/permit';
import type { Gate } from './gate';

/** What a page may ask of the people and of the guard. Mechanics stay behind it. */
export interface Safety extends Gate {
  /**
   * Waits for the host's turn. `waited`: what was diagnosed before is old. `refused`: nothing may be changed in this run,
   * and people know already. `over`: Alertmanager resolved the alerts meanwhile.
   */
  turn(): Promise<'ready' | 'waited' | 'refused' | 'over'>;
  /** Asks people; the host's turn goes to others meanwhile. Anything but an approval is false. */
  ask(subject: ApprovalSubject): Promise<boolean>;
  /** The first tier is due now, whatever the clock says. */
  escalateNow(reason: string): void;
  /** Everyone who was paged or asked so far hears it in their thread. */
  tell(text: string): void;
}

/** The whole of an incident's safety, as the shell runs it. */
export interface Lifeline extends Safety {
  /** Registers the handlers of people's and guard's messages. Before the first await. */
  listen(): void;
  /** Starts the clock and asks for the turn. Sends, and does not wait. */
  begin(): void;
  /** Resolves when the clock runs by itself. */
  begun(): Promise<void>;
  /** Whether an incident that Halcyon could not end stays open for people. */
  readonly staysOpen: boolean;
  /** People have it: waits, and watches the host by `watch`. `again`: there is something new to try. */
  handOver(watch: Watch | undefined): Promise<Outcome | 'again'>;
  /** Gives the turn back and tells everyone who was paged. */
  end(outcome: Outcome): Promise<void>;
}

/** A look at the thing that the alert is about, of up to an hour or just as long as a verification; true when it is well. */
export type Watch = (how: 'patient' | 'once') => Promise<boolean>;

/** Runs that began before there was a guard and a clock, and dry runs: nobody is asked, nobody is paged. */
export class Unguarded implements Lifeline {
  readonly staysOpen = false;

  async permit(): Promise<ChangePermit> {
    return { kind: 'change', token: 0, holder: workflowInfo().workflowId };
  }

  async turn(): Promise<'ready'> {
    return 'ready';
  }

  async ask(): Promise<boolean> {
    return false;
  }

  async handOver(): Promise<Outcome> {
    return 'unresolved';
  }

  async begun(): Promise<void> {}
  async end(): Promise<void> {}
  escalateNow(): void {}
  tell(): void {}
  listen(): void {}
  begin(): void {}
}
