import type { ServiceName } from '../../shared/observations/service';
import type { ChangePermit } from '../../shared/safety/permit';
import type { Step } from '../runbook/step';

/** What a step is about to do, as far as the gate must know. */
export interface ChangeIntent {
  /** The service that it restarts, stops or starts: counts against the budget. */
  restarts?: ServiceName;
  /** It puts back what Halcyon itself changed: never held up. */
  isUndo?: boolean;
  /** What it is done with: part of what a person approves. */
  arguments?: Record<string, string | number | boolean | null>;
}

/** A step that was let through. */
export interface Permission {
  /** What the agent wants to see. */
  permit: ChangePermit;
  /** The step is over; `failure` is why it failed, null where it did not. Until then the host is given to nobody else. */
  ended(failure: string | null): void;
}

/** Asked before every change. */
export interface ChangeGate {
  /**
   * Waits for what must be waited for and lets the step through.
   *
   * @throws ApplicationFailure `ChangeRefused`: the step is skipped, and says why
   */
  permit(step: Step, change: ChangeIntent): Promise<Permission>;
}
