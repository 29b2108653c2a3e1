import { CancellationScope, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { LedgerActivities } from '../../activities/host/ledger';
import type { KeptPauses } from '../../shared/safety/guard';
import { hostTaskQueue } from '../../shared/task-queues';
import { NOT_REGISTERED } from '../runbook/agent-version';
import { reason } from '../runbook/step-failures';
import type { TurnQueue } from './turn-queue';

/** What is left of a guard that has ended stands in an agent's queue no longer than this. */
const ASKED_FOR_MS = 3_600_000;
const RETRY = {
  initialInterval: 200,
  backoffCoefficient: 2,
  maximumInterval: 30_000,
  nonRetryableErrorTypes: [NOT_REGISTERED],
};

/**
 * What a guard and the agent of its host say to each other. Nothing of it is waited for: an agent that is away takes it the
 * moment it is back, and neither a turn nor a pause is held up by that.
 */
export class HostLink {
  private isAsking = false;
  /** The list that is on its way. */
  private telling: { revision: number; scope: CancellationScope } | null = null;

  constructor(
    private readonly host: string,
    private readonly turns: TurnQueue,
    /** There is something new for the guard to do. */
    private readonly onChange: () => void,
  ) {}

  /** Begins what is to be said now. */
  look(now: number): void {
    const { known } = this.turns.hold;
    if (!this.isAsking && known.isToBeAsked(now)) void this.ask();
    if (known.isBehind(now) && this.telling?.revision !== known.state.revision) void this.tell();
  }

  private async ask(): Promise<void> {
    const { host, turns } = this;
    this.isAsking = true;
    const { observeLedger } = proxyActivities<LedgerActivities>({
      taskQueue: hostTaskQueue(host),
      scheduleToStartTimeout: ASKED_FOR_MS,
      startToCloseTimeout: '10s',
      retry: { ...RETRY, maximumAttempts: 5 },
      summary: `What ${host} knows: its newest token and its pauses`,
    });
    try {
      turns.heardHost(await observeLedger(), Date.now());
    } catch (err) {
      turns.hostCannotSay(reason(err), Date.now());
    }
    this.isAsking = false;
    this.onChange();
  }

  /** Until the host has the list, or another one takes its place. */
  private async tell(): Promise<void> {
    const { host, turns } = this;
    this.telling?.scope.cancel();
    const list: KeptPauses = { revision: turns.hold.known.state.revision, pauses: turns.state.paused.pauses };
    const scope = new CancellationScope();
    this.telling = { revision: list.revision, scope };
    const { keepPauses } = proxyActivities<LedgerActivities>({
      taskQueue: hostTaskQueue(host),
      startToCloseTimeout: '10s',
      retry: RETRY,
      summary: `${host} keeps ${list.pauses.length === 0 ? 'no pause' : `the pauses of ${list.pauses.length} people`}`,
    });
    try {
      await scope.run(() => keepPauses(list));
    } catch (err) {
      if (isCancellation(err)) return;
      turns.notTaken(`the host does not keep its pauses: ${reason(err)}`, Date.now());
    }
    turns.hold.known.kept(list);
    this.onChange();
  }
}
