import type { WorkflowHandle } from '@temporalio/client';

/** What a run waited for, one after the other, as Temporal UI names it. */
export async function timerNames(handle: WorkflowHandle): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? [])
    .filter((event) => event.timerStartedEventAttributes)
    .map(({ userMetadata }) => String(JSON.parse(Buffer.from(userMetadata?.summary?.data ?? '""').toString())));
}
