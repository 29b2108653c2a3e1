import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { WorkflowBundle } from '@temporalio/worker';
import { createCoordinationActivities } from '../../../src/activities/control/coordination';
import { escalationId, leaseId } from '../../../src/shared/ids';
import type { LeaseRequest, LeaseView } from '../../../src/shared/safety/lease';
import type { RunLimit } from '../../../src/shared/run-limit';
import { CONTROLLER_TASK_QUEUE, hostTaskQueue } from '../../../src/shared/task-queues';
import { leaseQuery } from '../../../src/workflows/messages';
import { bundleWorkflows } from '../temporal/bundle';
import { PLAN } from '../escalations';
import { ScriptedLedger } from '../../../src/simulate/script/scripted-ledger';
import { ScriptedSettings } from '../../../src/simulate/script/scripted-settings';
import { startTimeSkipping } from '../temporal/temporal';
import { waitFor } from '../wait-for';
import { tearDown, withWorker } from '../temporal/workers';

export const SETTING = 'openai.max_qps';

/** Controllers and agents that a test starts and ends as it likes, and a server, which skips time unless told else. */
export class LeaseSite {
  private constructor(
    readonly env: TestWorkflowEnvironment,
    private readonly workflowBundle: WorkflowBundle,
  ) {}

  static async up(startServer = startTimeSkipping): Promise<LeaseSite> {
    const bundle = bundleWorkflows(require.resolve('../workflows/lease-workflows'));
    return new LeaseSite(await startServer(), await bundle);
  }

  async down(): Promise<void> {
    await tearDown(this.env);
  }

  /** A host of its own, with a controller and an agent for as long as the test runs. */
  async withHost(test: (host: LeaseHost) => Promise<void>): Promise<void> {
    const host = this.host();
    await this.withController(() => host.withAgent(() => test(host)));
  }

  host(): LeaseHost {
    return new LeaseHost(this, `h-${randomUUID().slice(0, 8)}`);
  }

  async withController<T>(work: () => Promise<T>): Promise<T> {
    const options = {
      connection: this.env.nativeConnection,
      taskQueue: CONTROLLER_TASK_QUEUE,
      workflowBundle: this.workflowBundle,
      stickyQueueScheduleToStartTimeout: '1s' as const,
      activities: createCoordinationActivities(this.env.client),
    };
    return await withWorker(options, work);
  }
}

export class LeaseHost {
  readonly settings = new ScriptedSettings();
  readonly ledger = new ScriptedLedger();

  constructor(
    readonly site: LeaseSite,
    readonly name: string,
  ) {}

  get value() {
    return this.settings.values[SETTING];
  }

  async withAgent<T>(work: () => Promise<T>): Promise<T> {
    const options = {
      connection: this.site.env.nativeConnection,
      taskQueue: hostTaskQueue(this.name),
      activities: { ...this.settings.activities(), ...this.ledger.activities() },
      maxHeartbeatThrottleInterval: '1s' as const,
    };
    return await withWorker(options, work);
  }

  /** A wish for 4, for an hour from the server's now. */
  async wish(more: Partial<LeaseRequest> & { forMs?: number } = {}): Promise<LeaseRequest> {
    const { forMs = 3_600_000, ...rest } = more;
    const now = await this.site.env.currentTimeMs();
    return {
      host: this.name,
      setting: SETTING,
      value: 4,
      owner: 'incident/A/h1',
      reason: '429 from OpenAI',
      until: new Date(now + forMs).toISOString(),
      turn: { permit: { kind: 'change', token: 7, holder: 'incident/A/h1' } },
      escalation: { ...PLAN, teams: {}, duty: [], tiers: [] },
      ...rest,
    };
  }

  /** Asks as the control activity does, and resolves with the lease. */
  async request(more: Partial<LeaseRequest> & { forMs?: number } = {}, limit: RunLimit = {}): Promise<WorkflowHandle> {
    const wish = await this.wish(more);
    if (limit.maxEvents !== undefined) await this.start(limit);
    await createCoordinationActivities(this.site.env.client).requestLease(wish);
    return this.lease;
  }

  /** As Temporal UI would, before anybody wants anything of it. */
  private async start(limit: RunLimit): Promise<void> {
    await this.site.env.client.workflow.start('lease', {
      workflowId: leaseId(this.name, SETTING),
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [{ host: this.name, setting: SETTING, ...limit }],
    });
  }

  get lease(): WorkflowHandle {
    return this.site.env.client.workflow.getHandle(leaseId(this.name, SETTING));
  }

  get escalation(): WorkflowHandle {
    return this.site.env.client.workflow.getHandle(escalationId(leaseId(this.name, SETTING)));
  }

  async view(): Promise<LeaseView> {
    return await this.lease.query(leaseQuery);
  }

  async until(what: string, holds: (view: LeaseView) => boolean): Promise<LeaseView> {
    return await waitFor(
      async () => {
        const view = await this.view();
        return holds(view) ? view : undefined;
      },
      { what, deadlineMs: 20_000 },
    );
  }

  async active(): Promise<LeaseView> {
    return await this.until('the lease in effect', ({ state }) => state === 'active');
  }

  /** Its end, with time skipped up to it. */
  async end(): Promise<LeaseView> {
    return (await this.lease.result()) as LeaseView;
  }
}
