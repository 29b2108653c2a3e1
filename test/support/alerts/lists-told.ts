import type { Client } from '@temporalio/client';
import type { Alert } from '../../../src/shared/alert';

/** What an incident was told, over all of its runs. */
export interface Told {
  /** Of the longest run. */
  events: number;
  bytes: number;
  runs: number;
  lists: Alert[][];
}

/**
 * Every list that the incident was told, out of the histories of its runs. From the newest back to the first: what lists
 * workflows is told of a new run a moment later than its signals come.
 */
export async function listsTold(client: Client, id: string): Promise<Told> {
  const told: Told = { events: 0, bytes: 0, runs: 0, lists: [] };
  let { runId } = await client.workflow.getHandle(id).describe();
  for (;;) {
    const run = client.workflow.getHandle(id, runId);
    const { events } = await run.fetchHistory();
    told.runs++;
    told.events = Math.max(told.events, events?.length ?? 0);
    told.bytes = Math.max(told.bytes, (await run.describe()).historySize ?? 0);
    for (const { workflowExecutionSignaledEventAttributes: signal } of events ?? []) {
      // Guard and clock have things to say, too.
      if (signal?.signalName !== 'alert') continue;
      const data = signal.input?.payloads?.[0]?.data;
      if (data) told.lists.push(JSON.parse(Buffer.from(data).toString()) as Alert[]);
    }
    const before = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    if (!before) return told;
    runId = before;
  }
}
