import type { ServiceName } from '../../shared/observations/service';
import type { ChangePermit } from '../../shared/safety/permit';
import type { Step } from '../runbook/step';
import { isFailure } from '../runbook/step-failures';

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
  /**
   * The agent refused a permit as too old. A newer one where it is this incident's turn still: the guard may not have known
   * what the host saw. Else undefined.
   */
  renewed(permit: ChangePermit): Promise<ChangePermit | undefined>;
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

/**
 * For a change that failed with `err`, once: where the agent saw a newer token than the guard knew of, and it is the same turn
 * still.
 *
 * @throws err where that is not so
 */
export async function newerPermit(
  { permit, renewed }: Pick<Permission, 'permit' | 'renewed'>,
  err: unknown,
): Promise<ChangePermit> {
  const newer = isFailure(err, 'StaleToken') ? await renewed(permit) : undefined;
  if (newer === undefined) throw err;
  return newer;
}
