import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { WorkflowBundle } from '@temporalio/worker';
import { createCoordinationActivities } from '../../../src/activities/control/coordination';
import type { GuardView, Pause, TurnAnswer, TurnRequest } from '../../../src/shared/safety/guard';
import { guardId } from '../../../src/shared/ids';
import type { RunLimit } from '../../../src/shared/run-limit';
import { ScriptedLedger } from '../../../src/simulate/script/scripted-ledger';
import { CONTROLLER_TASK_QUEUE, hostTaskQueue } from '../../../src/shared/task-queues';
import { guardQuery } from '../../../src/workflows/messages';
import { bundleWorkflows } from '../temporal/bundle';
import type { TakerInput, TakerResult, turnTaker } from '../workflows/turn-workflows';
import { waitFor } from '../wait-for';

export const HOUR_MS = 3_600_000;
export const POLICY = {
  restartsPerHour: 3,
  flapping: { incidents: 50, withinMs: 1_800_000 },
  remindEveryMs: HOUR_MS,
};

/** A request as an incident of an alert makes it, but for whose it is. */
export function turnRequest(more: Partial<TurnRequest> = {}): TakerInput['request'] {
  return {
    runbook: 'serviceDown',
    severity: 'critical',
    startsAt: '2026-11-23T03:00:00.000Z',
    startedBy: null,
    policy: POLICY,
    ...more,
  };
}

/**
 * A controller with guards, and incidents that do nothing but take their turn. Take it down with `down()`.
 */
export class GuardSite {
  readonly reminders: { host: string; pause: Pause }[] = [];
  private readonly agents: Record<string, { agent: Worker; ledger: ScriptedLedger; ended: Promise<void> }> = {};
  private worker: Worker | undefined;
  private running: Promise<void> | undefined;

  private constructor(
    readonly env: TestWorkflowEnvironment,
    private readonly workflowBundle: WorkflowBundle,
  ) {}

  static async up(env: TestWorkflowEnvironment): Promise<GuardSite> {
    const site = new GuardSite(env, await bundleWorkflows(require.resolve('../workflows/turn-workflows')));
    await site.startController();
    return site;
  }

  async down(): Promise<void> {
    await this.stopController();
    for (const { agent } of Object.values(this.agents)) agent.shutdown();
    await Promise.all(Object.values(this.agents).map(({ ended }) => ended));
    await this.env.teardown();
  }

  async startController(): Promise<void> {
    this.worker = await Worker.create({
      connection: this.env.nativeConnection,
      taskQueue: CONTROLLER_TASK_QUEUE,
      workflowBundle: this.workflowBundle,
      stickyQueueScheduleToStartTimeout: '1s',
      activities: {
        ...createCoordinationActivities(this.env.client),
        remindPause: async (input: { host: string; pause: Pause }) => void this.reminders.push(input),
      },
    });
    this.running = this.worker.run();
  }

  async stopController(): Promise<void> {
    this.worker?.shutdown();
    await this.running;
  }

  /** A host of its own for each test, with an agent that keeps what its guard tells it. */
  async newHost(): Promise<string> {
    const host = this.newHostWithoutAgent();
    await this.startAgent(host);
    return host;
  }

  newHostWithoutAgent(): string {
    return `g-${randomUUID().slice(0, 8)}`;
  }

  /** Ends with the site. `newest`: the newest token that the host saw. */
  async startAgent(host: string, newest?: ScriptedLedger['newest']): Promise<void> {
    const ledger = new ScriptedLedger();
    if (newest !== undefined) ledger.newest = newest;
    const agent = await Worker.create({
      connection: this.env.nativeConnection,
      taskQueue: hostTaskQueue(host),
      activities: ledger.activities(),
    });
    this.agents[host] = { agent, ledger, ended: agent.run() };
  }

  /** What the agent of a host keeps. */
  ledgerOf(host: string): ScriptedLedger {
    return this.agents[host]!.ledger;
  }

  async take(host: string, name: string, more: Partial<TakerInput> = {}): Promise<WorkflowHandle<typeof turnTaker>> {
    const input: TakerInput = { host, request: turnRequest(), workMs: 50, restarts: [], ...more };
    return await this.env.client.workflow.start<typeof turnTaker>('turnTaker', {
      workflowId: `incident/${name}/${host}`,
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [input],
    });
  }

  /** A guard that goes on in a new run after so many events. */
  async startGuard(host: string, limit: RunLimit): Promise<void> {
    await this.env.client.workflow.start('guard', {
      workflowId: guardId(host),
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [{ host, ...limit }],
    });
  }

  guard(host: string): WorkflowHandle {
    return this.env.client.workflow.getHandle(guardId(host));
  }

  async view(host: string): Promise<GuardView> {
    return await this.guard(host).query(guardQuery);
  }

  /** Waits until this incident has the turn; null for nobody. */
  async untilHeldBy(host: string, name: string | null): Promise<void> {
    const expected = name === null ? null : `incident/${name}/${host}`;
    const isSo = async () => ((await this.view(host).catch(() => null))?.holder?.incidentId ?? null) === expected;
    await waitFor(isSo, { what: `${name} to hold the turn of ${host}` });
  }

  /**
   * Waits until the guard has said this to an incident. Looks at its history: a question to a workflow that only begins
   * can stop the time-skipping server.
   */
  async untilHeard(taker: WorkflowHandle, kind: TurnAnswer['kind']): Promise<void> {
    const isSo = async () => {
      const { events } = await taker.fetchHistory();
      const said = (events ?? []).flatMap(
        (event) => event.workflowExecutionSignaledEventAttributes?.input?.payloads ?? [],
      );
      return said.some(({ data }) => (JSON.parse(Buffer.from(data!).toString()) as TurnAnswer).kind === kind);
    };
    await waitFor(isSo, { what: `${taker.workflowId} to hear ${kind}` });
  }

  /** Until it has begun to work: ended in the middle of a task, it would leave the time-skipping server's clock locked. */
  async untilAtWork(taker: WorkflowHandle): Promise<void> {
    await this.untilHeard(taker, 'granted');
    const isSo = async () => (await taker.fetchHistory()).events?.at(-1)?.timerStartedEventAttributes;
    await waitFor(isSo, { what: `${taker.workflowId} to work` });
  }

  async untilQueued(host: string, count: number): Promise<void> {
    await waitFor(async () => (await this.view(host)).queue.length === count, { what: `${count} to wait for ${host}` });
  }

  /** Length of the history of each of the guard's runs, oldest first. */
  async historyLengths(host: string): Promise<number[]> {
    const lengths: number[] = [];
    for (let runId: string | undefined, isFirst = true; isFirst || runId !== undefined; isFirst = false) {
      const handle = this.env.client.workflow.getHandle(guardId(host), runId);
      const events = (await handle.fetchHistory()).events ?? [];
      lengths.unshift(events.length);
      runId = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
    }
    return lengths;
  }
}

/** Each began after the one before had ended, with a higher token. */
export function neverTogether(results: TakerResult[]): void {
  const byToken = [...results].sort((a, b) => a.token - b.token);
  for (let at = 1; at < byToken.length; at++) {
    expect(byToken[at]!.begin).toBeGreaterThanOrEqual(byToken[at - 1]!.end);
    expect(byToken[at]!.token).toBeGreaterThan(byToken[at - 1]!.token);
  }
}
