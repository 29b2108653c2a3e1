import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { FollowUpInput, NewItem } from '../../shared/follow-up';
import { MAINTENANCE } from '../../shared/maintenance';
import type { MaintenanceInput, MaintenanceReport } from '../../shared/maintenance';
import { searchAttributes } from '../../shared/search-attributes';

const DAY_MS = 86_400_000;
/** Of runs that were begun before their input said it. */
const USUAL = { dueInMs: 14 * DAY_MS, remindEveryMs: 7 * DAY_MS };

/** What the tasks of a run leave to people. */
export function itemsOf({ tasks }: Pick<MaintenanceReport, 'tasks'>): NewItem[] {
  return tasks.flatMap(({ cite, title, toDo }) =>
    typeof toDo === 'string' ? [{ key: cite.toLowerCase().replace('.', '-'), cite, title, detail: toDo }] : [],
  );
}

/**
 * Begins the list of what is left to people; it outlives the run. Says what became of it; undefined where nothing is left. One
 * of the same day that is open already goes on alone.
 */
export async function startFollowUp(report: MaintenanceReport, input: MaintenanceInput): Promise<string | undefined> {
  const items = itemsOf(report);
  if (items.length === 0) return undefined;
  const { name, host, startedAt } = report;
  const { workflowId, runId } = workflowInfo();
  const id = `follow-up/${name}/${host}/${startedAt.slice(0, 10)}`;
  const title = `${MAINTENANCE[name].title} of ${host}`;
  const followUp: FollowUpInput = {
    ...{ title, host, source: { workflowId, runId }, items, team: input.team },
    ...(input.followUp ?? USUAL),
  };
  try {
    await startChild('followUp', {
      workflowId: id,
      args: [followUp],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `${title}: ${items.length} tasks for people`,
      typedSearchAttributes: [{ key: searchAttributes.host, value: host }],
    });
  } catch (err) {
    if (!(err instanceof WorkflowExecutionAlreadyStartedError)) throw err;
    return `${id} is open already, from an earlier run of this day: what this one leaves to people is in its report alone`;
  }
  return `${items.length} tasks for people: ${id}`;
}
