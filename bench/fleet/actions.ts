import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
const { EventType } = temporal.api.enums.v1;

/** One action for each of these events. */
const COUNTED = new Set([
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
  EventType.EVENT_TYPE_TIMER_STARTED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
  EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
  EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED,
  EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED,
  EventType.EVENT_TYPE_MARKER_RECORDED,
  EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
]);

/**
 * The actions of a history, by the rules of Temporal Cloud: starts (a child's counts twice, here and in its own history),
 * timers, signals where they arrive, updates, changed attributes and memos, local activities, and each attempt of an
 * activity. Heartbeats that reach the server and queries are actions too; they leave no event, and are not in it.
 */
export function actionsOf(events: readonly HistoryEvent[]): number {
  return events.reduce((sum, event) => sum + actionsOfOne(event), 0);
}

function actionsOfOne({ eventType, activityTaskStartedEventAttributes: started }: HistoryEvent): number {
  const again = Math.max(0, (started?.attempt ?? 1) - 1);
  return again + (COUNTED.has(eventType ?? 0) ? 1 : 0);
}

/** The newest run of a workflow, from its first event on; none where there is no such workflow. */
export async function eventsOf(client: Client, workflowId: string): Promise<HistoryEvent[]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return events ?? [];
}
