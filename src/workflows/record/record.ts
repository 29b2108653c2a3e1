import { proxyActivities } from '@temporalio/workflow';
import type { RecordActivities } from '../../activities/control/types';
import type { RecordedIncident } from '../../shared/record';

/**
 * The outbox of the record: keeps what could not be written of an incident until the store takes it, for as long as that is
 * away. Trying again leaves nothing in its history.
 */
export async function record(incident: RecordedIncident): Promise<void> {
  const { writeRecord } = proxyActivities<RecordActivities>({
    startToCloseTimeout: '1m',
    retry: { initialInterval: '5s', backoffCoefficient: 2, maximumInterval: '1m' },
    summary: `Write down ${incident.workflowId}`,
  });
  await writeRecord(incident);
}
