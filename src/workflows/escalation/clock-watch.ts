import { sleep } from '@temporalio/workflow';
import type { ChildWorkflowHandle, Workflow } from '@temporalio/workflow';
import type { CoordinationActivities } from '../../activities/control/types';
import { askTemporal } from '../support/ask-temporal';

/** A clock that this run did not start itself tells nobody of its end: it is looked at this often. */
const LOOK_MS = 600_000;
/** An older clock that does not end by itself within so many tries is ended. */
const TRIES = 10;
const AGAIN_MS = 1_000;

type Clock = Awaited<ReturnType<CoordinationActivities['observeClock']>>;

/** Whether the clock of an incident is there, seen from the incident. */
export class ClockWatch {
  constructor(private readonly id: string) {}

  /** Whether it is open, and of this firing (`firingKey`). */
  async isOf(key: string): Promise<boolean> {
    return await this.isSo(({ isOpen, firing }) => isOpen && firing === key);
  }

  /** Resolves when the clock ends, whatever ends it. */
  async untilEnded(child: ChildWorkflowHandle<Workflow>): Promise<void> {
    await child.result().catch(() => undefined);
  }

  async untilSeenGone(): Promise<void> {
    do {
      await sleep(LOOK_MS, { summary: 'Look after the clock' });
    } while (await this.isSo(({ isOpen }) => isOpen));
  }

  /** The clock of an older incident makes room: by itself when it is told so, else it is ended. */
  async putAside(tries: number, tell: () => Promise<unknown>): Promise<void> {
    if (tries <= TRIES) await tell();
    else await this.end();
    await sleep(AGAIN_MS, { summary: 'Clock of an earlier incident to end' });
  }

  /** Unknown counts as yes: it is looked at again. */
  private async isSo(judge: (clock: Clock) => boolean): Promise<boolean> {
    const clock = await askTemporal(({ observeClock }) => observeClock({ workflowId: this.id }));
    return clock === undefined || judge(clock);
  }

  private async end(): Promise<void> {
    await askTemporal(({ endClock }) =>
      endClock({ workflowId: this.id, reason: 'a newer run of its incident goes on' }),
    );
  }
}
