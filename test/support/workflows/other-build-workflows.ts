import { sleep } from '@temporalio/workflow';

/** The workflows of another build: its runbook begins otherwise than today's, its guard is the same. */
export { guard } from '../../../src/workflows';
export { serviceDown } from '../../replay/changed-workflows';

/** One that today's build does not have. */
export async function longGone(): Promise<void> {
  await sleep('1 hour');
}
