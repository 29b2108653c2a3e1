import { ApplicationFailure } from '@temporalio/workflow';
import type { ApprovalSubject } from '../../shared/safety/approval';
import type { HostStanding, Outcome } from '../../shared/incident';
import type { LeaseOutcome, LeaseWish } from '../../shared/safety/lease';
import type { Incident } from '../incident/incident';
import type { Door } from '../messages/door';
import { leaseLeftOut } from './incident-leases';
import type { ChangeGate, Permission } from './gate';
import type { Step } from '../runbook/step';

/** The cause that is to be remedied. */
export type Remedied = Step & { asksItself?: true };

/** What a page may ask of the people and of the guard. Mechanics stay behind it. */
export interface Safety extends ChangeGate {
  /**
   * Waits for the host's turn. `waited`: what was diagnosed before is old. `refused`: nothing may be changed in this run,
   * and people know already. `over`: Alertmanager resolved the alerts meanwhile.
   */
  turn(): Promise<'ready' | 'waited' | 'refused' | 'over'>;
  /**
   * Asks people; the host's turn goes to others meanwhile, unless a step of this incident is at work on it. Anything but an approval is false. What people said no to is
   * not asked again, nor anything bigger. `isWatched`: the host is looked at meanwhile, and the question is withdrawn when it
   * stands otherwise; not for a host that Halcyon itself has taken down for now.
   */
  ask(subject: ApprovalSubject, options?: { isWatched?: boolean }): Promise<boolean>;
  /** False where such a no stands against it: the timeline says so. */
  mayAsk(subject: ApprovalSubject): boolean;
  /**
   * Keeps the host for this incident until `work` is over, also between its steps and while a question is open: for what
   * must not be interrupted half way.
   */
  keepHost<T>(work: () => Promise<T>): Promise<T>;
  /** Others may have the host while this is waited for: nothing of this incident is changed meanwhile. */
  lendWhile<T>(wait: () => Promise<T>): Promise<T>;
  /** The same, for an incident alone that goes before this one: while it is seen whether a remedy helped. */
  lendIfWanted<T>(wait: () => Promise<T>): Promise<T>;
  /** Others have the host, or had it since this incident last did. */
  readonly isLent: boolean;
  /** Before the remedy of a cause: asks once for the whole of it where the runbook's mode is `approve`. */
  approveRemedy(cause: Remedied, evidence: string): Promise<boolean>;
  /**
   * Changes a setting for a while, in this incident's turn, and waits until it is in effect. A no is an answer and no error.
   * It is given back when the incident closes, or by `release`, or when its time is over.
   */
  lease(step: Step, wish: LeaseWish): Promise<LeaseOutcome>;
  /** The reason of a lease is gone. Nothing where this incident holds none of this setting. */
  release(setting: string, why: string): Promise<void>;
  /** The first tier is due now, whatever the clock says. */
  escalateNow(reason: string): void;
  /** Nothing automatic is left. Whether the first tier is due now, or at its time, is for the alert's plan to say. */
  helpless(reason: string): void;
  /** Everyone who was paged or asked so far hears it in their thread. */
  tell(text: string): void;
  /**
   * Tells a team of the configuration that is no tier, once: it is not called. False where the configuration has no such team.
   */
  inform(team: string, text: string): boolean;
}

/** The whole of an incident's safety, as the shell runs it. */
export interface IncidentSafety extends Safety {
  /** Registers the handlers of people's and guard's messages. Before the first await. */
  listen(door: Door): void;
  /** Starts the clock and asks for the turn. Sends, and does not wait. */
  begin(): void;
  /** The same in a new run of an incident that only looks on: the clock runs, and whatever was refused may be so still. */
  goOn(): void;
  /** Resolves when the clock runs by itself, and all that was said to it is on its way. */
  begun(): Promise<void>;
  /** Asks for the turn again, for another pass. */
  wantTurn(): void;
  /** Gives the turn back for as long as the incident only looks on. */
  rest(host: HostStanding): Promise<void>;
  /** The alert fires for a host that is well: people are told, and not called. */
  contradicted(text: string): void;
  /** What it was refused for is over, as far as it knows: another pass may get the turn. */
  isResumed(): boolean;
  /** After each change of the incident's view. */
  look(): void;
  /** Gives the turn back and tells everyone who was paged. */
  end(outcome: Outcome): Promise<void>;
}

const A_DRY_RUN = 'a dry run changes nothing';

/** A dry run: nobody is asked, nobody is paged, nothing may be changed. */
export class DryRun implements IncidentSafety {
  constructor(private readonly incident: Incident) {}

  async lease(step: Step, wish: LeaseWish): Promise<LeaseOutcome> {
    return leaseLeftOut(this.incident, step, wish, A_DRY_RUN);
  }

  async release(): Promise<void> {}

  async permit(): Promise<Permission> {
    throw ApplicationFailure.nonRetryable(A_DRY_RUN, 'ChangeRefused');
  }

  async turn(): Promise<'refused'> {
    return 'refused';
  }

  async ask(): Promise<boolean> {
    return false;
  }

  mayAsk(): boolean {
    return false;
  }

  async keepHost<T>(work: () => Promise<T>): Promise<T> {
    return await work();
  }

  async lendWhile<T>(wait: () => Promise<T>): Promise<T> {
    return await wait();
  }

  readonly isLent = false;

  async lendIfWanted<T>(wait: () => Promise<T>): Promise<T> {
    return await wait();
  }

  async approveRemedy(): Promise<boolean> {
    return false;
  }

  async begun(): Promise<void> {}
  async rest(): Promise<void> {}
  async end(): Promise<void> {}
  isResumed(): boolean {
    return false;
  }
  listen(): void {}
  begin(): void {}
  goOn(): void {}
  wantTurn(): void {}
  escalateNow(): void {}
  helpless(): void {}
  contradicted(): void {}
  tell(): void {}
  inform(): boolean {
    return true;
  }
  look(): void {}
}
