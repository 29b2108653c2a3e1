import { proxyActivities } from '@temporalio/workflow';

/** The least that Temporal can do: one workflow task, one activity. */
export async function bare(taskQueue: string, key: string): Promise<void> {
  const { begin } = proxyActivities<{ begin(key: string): Promise<void> }>({ taskQueue, startToCloseTimeout: '10s' });
  await begin(key);
}
