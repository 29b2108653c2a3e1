import { existsSync } from 'node:fs';
import path from 'node:path';
import { Worker } from '@temporalio/worker';
import type { NativeConnection, WorkerOptions } from '@temporalio/worker';
import { CONTROLLER_TASK_QUEUE, hostTaskQueue } from '../shared/task-queues';

interface WorkerSettings {
  connection: NativeConnection;
  namespace: string;
}

/** Where the workflows' code comes from. */
export type WorkflowSource = Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'>;

/** The controller: every workflow, from the bundle made at build time where there is one, and what they need outside. */
export async function createController(
  { connection, namespace }: WorkerSettings,
  activities: object,
  workflows = workflowSource(),
): Promise<Worker> {
  return await Worker.create({
    connection,
    namespace,
    taskQueue: CONTROLLER_TASK_QUEUE,
    ...workflows,
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

function workflowSource(): WorkflowSource {
  const codePath = path.resolve(__dirname, '../../workflow-bundle.js');
  return existsSync(codePath) ? { workflowBundle: { codePath } } : { workflowsPath: require.resolve('../workflows') };
}
