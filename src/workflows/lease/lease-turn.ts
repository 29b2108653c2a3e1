import { workflowInfo } from '@temporalio/workflow';
import type { GuardPolicy } from '../../shared/safety/guard';
import type { ChangePermit } from '../../shared/safety/permit';
import { turnSignal } from '../messages';
import type { Door } from '../messages/door';
import { guardOf } from '../guard/guard-client';
import type { HeldLease } from './held-lease';
import { Turn } from '../guard/turn';

/**
 * A lease's side of the guard. An incident's wish comes with that incident's turn; a person's wish waits for a turn of
 * its own, like any other change of the host.
 */
export class LeaseTurn {
  /** Kept when it was given back: a grant that was long on its way must find somebody who gives it back, too. */
  private turn: Turn | null = null;

  constructor(private readonly lease: HeldLease) {}

  listen(door: Door): void {
    door.signal(turnSignal, (answer) => this.turn?.receive(answer));
  }

  /**
   * What the agent wants to see; undefined when nobody wants the lease any more.
   *
   * @throws ApplicationFailure `ChangeRefused`: by the guard, such as in a pause
   */
  async permit(): Promise<ChangePermit | undefined> {
    const { lease } = this;
    const { guard, permit } = lease;
    if (guard === undefined) return permit;
    const turn = (this.turn ??= this.newTurn(guard));
    turn.request();
    // An incident that wants the same brings its own turn.
    const answer = await turn.ready(() => !lease.needsApply || !lease.isWanted || lease.permit !== undefined);
    return answer === undefined ? lease.permit : turn.permit(lease.view.setting, {});
  }

  /** A newer permit where the agent refused this one as too old, and it is this lease's own turn still. */
  async renewed(permit: ChangePermit): Promise<ChangePermit | undefined> {
    return this.turn?.isGranted === true ? await this.turn.renewed(permit) : undefined;
  }

  /** Also where there was none yet: whoever waits in the queue leaves it. */
  async giveBack(): Promise<void> {
    if (this.turn?.isWanted === true) await this.turn.release({ changed: false });
  }

  private newTurn(policy: GuardPolicy): Turn {
    const { view } = this.lease;
    const { workflowId, firstExecutionRunId: runId } = workflowInfo();
    const startsAt = new Date().toISOString();
    return new Turn({
      who: 'lease',
      host: view.host,
      guard: guardOf(view.host),
      request: () => ({
        incidentId: workflowId,
        runId,
        runbook: 'lease',
        severity: 'warning',
        startsAt,
        startedBy: this.lease.memory.wish?.owner ?? view.owners.at(-1)?.owner ?? 'somebody',
        policy,
      }),
      note: (title, detail) => this.lease.note(detail === undefined ? title : `${title}: ${detail}`),
      now: () => Date.now(),
    });
  }
}
