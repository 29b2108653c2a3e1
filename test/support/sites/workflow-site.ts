import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker, WorkflowBundle } from '@temporalio/worker';
import { createCoordinationActivities } from '../../../src/activities/control/coordination';
import { guardId } from '../../../src/shared/ids';
import { CONTROLLER_TASK_QUEUE, hostTaskQueue } from '../../../src/shared/task-queues';
import { WORKFLOWS, bundleWorkflows } from '../temporal/bundle';
import { ScriptedPagers } from '../../../src/simulate/script/scripted-pagers';
import { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { isClockOver } from '../../../src/temporal/clock-over';
import { createController } from '../../../src/temporal/workers';
import { startTimeSkipping } from '../temporal/temporal';
import { waitFor } from '../wait-for';
import { tearDown, withWorker } from '../temporal/workers';

interface SiteOptions {
  control?: object;
  /** A file of workflows in place of Halcyon's own. */
  workflowsPath?: string;
  startServer?: typeof startTimeSkipping;
  /** Activities that agents have beside those of their scripted host, or in their place. */
  agent?: (host: ScriptedHost) => object;
}

/** Controller, agents of scripted hosts, and a server, which skips time unless told else. Take it down with `down()`. */
export class WorkflowSite {
  /** Who is paged goes here. */
  readonly pagers = new ScriptedPagers(async () => new Date(await this.env.currentTimeMs()).toISOString());

  private constructor(
    readonly env: TestWorkflowEnvironment,
    private readonly workflowBundle: WorkflowBundle,
    private readonly control: object | undefined,
    private readonly agent: (host: ScriptedHost) => object,
  ) {}

  /** `control`: the activities of the controller, where a test needs any. */
  static async up({
    control,
    workflowsPath = WORKFLOWS,
    startServer = startTimeSkipping,
    agent = () => ({}),
  }: SiteOptions = {}): Promise<WorkflowSite> {
    const workflows = bundleWorkflows(workflowsPath);
    return new WorkflowSite(await startServer(), await workflows, control, agent);
  }

  async down(): Promise<void> {
    await tearDown(this.env);
  }

  /** A controller and, unless `agent` is false, an agent for a host of its own. `agent` may name activities that it lacks. */
  async withHost<T>(
    test: (host: ScriptedHost, name: string) => Promise<T>,
    agent: boolean | string[] = true,
  ): Promise<T> {
    return await this.withController(() => this.onHost(test, agent));
  }

  /** The same where there is a controller already. */
  async onHost<T>(
    test: (host: ScriptedHost, name: string) => Promise<T>,
    agent: boolean | string[] = true,
  ): Promise<T> {
    const host = new ScriptedHost();
    if (typeof agent === 'object') agent.forEach((activity) => host.lacks.add(activity));
    const name = `h-${randomUUID().slice(0, 8)}`;
    const alone = async () => await test(host, name).finally(() => this.endOf(name));
    return agent !== false ? await this.withAgent(host, name, alone) : await alone();
  }

  /** What is left of a host's incidents ends while there is a controller: else it holds up the server's time for ever. */
  private async endOf(name: string): Promise<void> {
    const clock = this.env.client.workflow.getHandle(`escalation/KingfisherServiceDown/${name}`);
    const isOver = async () => await isClockOver(this.env.client, clock.workflowId);
    await waitFor(isOver, { what: 'the clock to end, and everyone to hear of it' }).catch(async () => {
      await clock.terminate().catch(() => undefined);
    });
    await this.env.client.workflow
      .getHandle(guardId(name))
      .terminate()
      .catch(() => undefined);
  }

  /** Lets the server's time pass until something is so: it stands still while a test only asks. */
  async passUntil(isSo: () => Promise<boolean> | boolean, what: string): Promise<void> {
    for (let i = 0; i < 200; i++) {
      if (await isSo()) return;
      await this.env.sleep('20s');
    }
    throw new Error(`more than an hour passed without ${what}`);
  }

  /** A controller that says which build it is, as in production. Whoever takes it runs it, and ends it. */
  async controllerOfBuild(buildId: string): Promise<Worker> {
    const settings = { connection: this.env.nativeConnection, namespace: 'default' };
    const workflows = { workflowBundle: this.workflowBundle };
    return await createController(settings, this.activities(), { workflows, buildId });
  }

  private activities(): object {
    return {
      ...createCoordinationActivities(this.env.client),
      ...this.pagers.activities(),
      ...this.control,
    };
  }

  /** A controller for as long as the test runs. */
  async withController<T>(test: () => Promise<T>): Promise<T> {
    const activities = this.activities();
    const { workflowBundle } = this;
    const connection = this.env.nativeConnection;
    return await withWorker({ connection, taskQueue: CONTROLLER_TASK_QUEUE, workflowBundle, activities }, test);
  }

  async withAgent<T>(host: ScriptedHost, name: string, test: () => Promise<T>): Promise<T> {
    const connection = this.env.nativeConnection;
    return await withWorker(
      { connection, taskQueue: hostTaskQueue(name), activities: { ...host.activities(), ...this.agent(host) } },
      test,
    );
  }
}
