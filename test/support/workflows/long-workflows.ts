import { condition, continueAsNew, sleep } from '@temporalio/workflow';

/** As an incident that is open for long: goes on in new runs, and stays open in the last. */
export async function goesOn(runsLeft: number): Promise<void> {
  await sleep(300);
  if (runsLeft > 0) await continueAsNew<typeof goesOn>(runsLeft - 1);
  await condition(() => false);
}
