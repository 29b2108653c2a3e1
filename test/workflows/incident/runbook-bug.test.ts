import { createCoordinationActivities } from '../../../src/activities/control/coordination';
import { guardId } from '../../../src/shared/ids';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import { bundleWorkflows } from '../../support/temporal/bundle';
import { alert, incidentInput, startIncident } from '../../support/incidents';
import { SAFETY } from '../../support/safety';
import { ScriptedPagers } from '../../../src/simulate/script/scripted-pagers';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';
import { tearDown, withWorker } from '../../support/temporal/workers';

const SECOND = 1_000;
/** The real server's time cannot be skipped: the matrix in seconds instead of minutes. */
const TIERS = [2, 4, 6].map((seconds, index) => ({ ...SAFETY.escalation.tiers[index]!, afterMs: seconds * SECOND }));

/** Promise 6: pages leave on time whatever the runbook is doing. */
it('a bug in a runbook stops that runbook, and not its clock', async () => {
  const env = await startLocal();
  try {
    const { client } = env;
    const pagers = new ScriptedPagers(async () => new Date().toISOString());
    const options = {
      connection: env.nativeConnection,
      taskQueue: CONTROLLER_TASK_QUEUE,
      workflowBundle: await bundleWorkflows(require.resolve('../../support/workflows/buggy-workflows')),
      activities: { ...createCoordinationActivities(client), ...pagers.activities() },
    };
    await withWorker(options, async () => {
      const first = alert();
      const safety = { ...SAFETY, escalation: { ...SAFETY.escalation, tiers: TIERS } };
      const handle = await startIncident(client, 'buggy', first, incidentInput('buggy', { safety }));
      await waitFor(() => pagers.tiersOf(handle.workflowId).length === 3, { what: 'three tiers', deadlineMs: 60_000 });
      const { events } = await handle.fetchHistory();
      expect(events?.some((event) => event.workflowTaskFailedEventAttributes)).toBe(true);
      expect((await handle.describe()).status.name).toBe('RUNNING');
      const zero = Date.parse(first.startsAt);
      pagers.tiersOf(handle.workflowId).forEach(({ tier, at }, index) => {
        expect(tier).toBe(index + 1);
        expect(Date.parse(at)).toBeGreaterThanOrEqual(zero + TIERS[index]!.afterMs);
      });
      await handle.terminate();
      await client.workflow.getHandle(handle.workflowId.replace('incident/', 'escalation/')).terminate();
      await client.workflow.getHandle(guardId('buggy')).terminate();
    });
  } finally {
    await tearDown(env);
  }
}, 120_000);
