import { Worker } from '@temporalio/worker';
import type { NativeConnection } from '@temporalio/worker';
import { CONTROLLER_TASK_QUEUE, hostTaskQueue } from '../shared/task-queues';
import { deploymentOptions } from './deployment';
import { workflowSource } from './workflow-source';
import type { WorkflowSource } from './workflow-source';

interface WorkerSettings {
  connection: NativeConnection;
  namespace: string;
}

interface ControllerOptions {
  /** @default the bundle made at build time, else the sources */
  workflows?: WorkflowSource;
  /** Which build it is, where Temporal is to keep runs with theirs (docs/operations.md); null where it is not. */
  buildId?: string | null;
}

/** The controller: every workflow, and what they need outside. */
export async function createController(
  { connection, namespace }: WorkerSettings,
  activities: object,
  { workflows = workflowSource(), buildId = null }: ControllerOptions = {},
): Promise<Worker> {
  return await Worker.create({
    connection,
    namespace,
    taskQueue: CONTROLLER_TASK_QUEUE,
    ...workflows,
    ...(buildId === null ? {} : { workerDeploymentOptions: deploymentOptions(buildId) }),
    activities,
    // After a crash, tasks of the dead worker's own queue wait this long before another worker gets them.
    stickyQueueScheduleToStartTimeout: '2s',
    shutdownGraceTime: '5s',
  });
}

/** A host's agent: that host's activities and nothing else. */
export async function createAgent(
  { connection, namespace }: WorkerSettings,
  host: string,
  activities: object,
): Promise<Worker> {
  return await Worker.create({
    connection,
    namespace,
    taskQueue: hostTaskQueue(host),
    activities,
    // An incident that people have keeps one busy, with looking at the host.
    maxConcurrentActivityTaskExecutions: 100,
    // No beat is held back for longer: a workflow takes three seconds of a step's silence for a crash.
    maxHeartbeatThrottleInterval: '1s',
    shutdownGraceTime: '5s',
  });
}

/** Runs until SIGTERM or SIGINT, which the SDK's runtime turns into a graceful shutdown; throws when a worker fails. */
export async function runWorkers(workers: Worker[], connection: NativeConnection): Promise<void> {
  await Promise.all(workers.map((worker) => worker.run()));
  await connection.close();
}
