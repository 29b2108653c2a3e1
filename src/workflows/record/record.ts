import { proxyActivities } from '@temporalio/workflow';
import type { RecordActivities } from '../../activities/control/types';
import type { Recorded } from '../../shared/record';

/**
 * The outbox of the record: keeps what could not be written of a run until the store takes it, for as long as that is
 * away. Trying again leaves nothing in its history.
 */
export async function record(run: Recorded): Promise<void> {
  const { writeRecord } = proxyActivities<RecordActivities>({
    startToCloseTimeout: '1m',
    retry: { initialInterval: '5s', backoffCoefficient: 2, maximumInterval: '1m' },
    summary: `Write down ${run.workflowId}`,
  });
  await writeRecord(run);
}
