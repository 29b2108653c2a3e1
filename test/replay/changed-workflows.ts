import { sleep } from '@temporalio/workflow';

/** What replaying must notice: the same workflow type with its first command changed. */
export async function serviceDown(): Promise<void> {
  await sleep('1 hour');
}
