import { WorkflowExecutionAlreadyStartedError, defineSearchAttributeKey } from '@temporalio/common';
import { ParentClosePolicy, executeChild, workflowInfo } from '@temporalio/workflow';
import { MAINTENANCE, maintenanceId, outcomeOf } from '../../shared/maintenance';
import type { MaintenanceInput, MaintenanceReport, ScheduledInput, ScheduledStart } from '../../shared/maintenance';
import { searchAttributes } from '../../shared/search-attributes';

/** Set by Temporal on what a schedule starts: when it was due, however late it begins. */
const DUE = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/**
 * What a schedule starts. Temporal adds a time to the id of that, so it starts the host's one run under its own id, and
 * ends with it: so the schedule sees an overlap, and a run by hand is never doubled.
 */
export async function scheduledMaintenance({ name, input }: ScheduledInput): Promise<ScheduledStart> {
  const { startTime, typedSearchAttributes } = workflowInfo();
  const dueAt = (typedSearchAttributes.get(DUE) ?? startTime).toISOString();
  const workflowId = maintenanceId(name, input.host);
  const { workflow, title } = MAINTENANCE[name];
  try {
    const report = await executeChild<(input: MaintenanceInput) => Promise<MaintenanceReport>>(workflow, {
      workflowId,
      args: [{ ...input, dueAt }],
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      staticSummary: `${title} of ${input.host}, due ${dueAt.slice(0, 16)}Z`,
      typedSearchAttributes: [{ key: searchAttributes.host, value: input.host }],
    });
    return { workflowId, state: 'ended', detail: outcomeOf(report) };
  } catch (err) {
    if (!(err instanceof WorkflowExecutionAlreadyStartedError)) throw err;
    return { workflowId, state: 'skipped', detail: 'a run of this host is open already' };
  }
}
