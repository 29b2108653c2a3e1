import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';

const running = new Map<Worker, Promise<unknown>>();

/** A worker for as long as the work takes, or until `tearDown`. */
export async function withWorker<T>(options: WorkerOptions, work: () => Promise<T>): Promise<T> {
  const worker = await Worker.create({ shutdownForceTime: '10s', ...options });
  const outcome = worker.runUntil(work);
  running.set(worker, outcome);
  try {
    return await outcome;
  } finally {
    running.delete(worker);
  }
}

/**
 * Stops the server, and before it the workers of tests that ran out of time: they would ask for work for ever, and keep
 * jest from ending.
 */
export async function tearDown(env: TestWorkflowEnvironment | undefined): Promise<void> {
  const left = [...running];
  for (const [worker] of left) if (worker.getState() === 'RUNNING') worker.shutdown();
  await Promise.allSettled(left.map(([, outcome]) => outcome));
  await env?.teardown();
}
