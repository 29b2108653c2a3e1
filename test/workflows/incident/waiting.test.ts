import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { guardId } from '../../../src/shared/ids';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import { alert, closedByHand, closedMeanwhile, startIncident, untilState } from '../../support/incidents';
import { guardQuery } from '../../../src/workflows/messages';
import { SAFETY } from '../../support/safety';
import { beyondHelp } from '../../support/scripted/beyond-help';
import { waitFor } from '../../support/wait-for';
import { WorkflowSite } from '../../support/sites/workflow-site';

/** More than this an incident that only waits must not cost. */
const MOST_EVENTS_AN_HOUR = 60;

let site: WorkflowSite;

// A server for each: one whose watch was cancelled may let no more time pass.
beforeEach(async () => {
  site = await WorkflowSite.up({ workflowsPath: require.resolve('../../support/workflows/turn-workflows') });
});
afterEach(async () => {
  await site?.down();
});

/** As a real agent, each of its looks at the host takes an hour: the server waits so long for the second attempt. */
function looksForAnHour(host: ScriptedHost): void {
  host.before = (activity) => {
    if (activity !== 'watchReading' || Context.current().info.attempt > 1) return;
    throw ApplicationFailure.create({ message: 'nothing to tell yet', nextRetryDelay: '1h' });
  };
}

/** What one more hour of the server's time adds to its history. */
async function eventsOfAnHour(handle: WorkflowHandle): Promise<number> {
  // The looks that were under way when it began to wait have ended by then.
  await site.env.sleep('1m');
  const before = await handle.describe();
  await site.env.sleep('1h');
  const after = await handle.describe();
  expect(after.status.name).toBe('RUNNING');
  // A new run begins to count anew.
  expect(after.runId).toBe(before.runId);
  return after.historyLength - before.historyLength;
}

describe('an hour of an incident that waits', () => {
  it('for Alertmanager to agree is a few events', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      looksForAnHour(host);
      const handle = await startIncident(site.env.client, name, alert());
      await untilState(handle, 'watching');
      expect(await eventsOfAnHour(handle)).toBeLessThanOrEqual(MOST_EVENTS_AN_HOUR);
      await closedByHand(handle);
    });
  }, 120_000);

  it('for people is a few events, those of their pages among them', async () => {
    await site.withHost(async (host, name) => {
      beyondHelp(host);
      looksForAnHour(host);
      const handle = await startIncident(site.env.client, name, alert());
      await untilState(handle, 'waitingForPeople');
      expect(await eventsOfAnHour(handle)).toBeLessThanOrEqual(MOST_EVENTS_AN_HOUR);
      await closedByHand(handle);
    });
  }, 120_000);

  it('for an agent that is not too old to watch is a few events', async () => {
    await site.withHost(
      async (host, name) => {
        beyondHelp(host);
        const handle = await startIncident(site.env.client, name, alert());
        await untilState(handle, 'waitingForPeople');
        expect(await eventsOfAnHour(handle)).toBeLessThanOrEqual(MOST_EVENTS_AN_HOUR);
        await closedByHand(handle);
      },
      ['watchReading'],
    );
  }, 120_000);

  it('for its turn is a few events', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      const holder = await site.env.client.workflow.start('turnTaker', {
        workflowId: `incident/other/${name}`,
        taskQueue: CONTROLLER_TASK_QUEUE,
        args: [{ host: name, request: turnOfOther(), workMs: 10 * 3_600_000, restarts: [] }],
      });
      const guard = site.env.client.workflow.getHandle(guardId(name));
      const isHeld = async () => (await guard.query(guardQuery)).holder?.incidentId === holder.workflowId;
      await waitFor(isHeld, { what: 'another incident to have the turn' });
      const handle = await startIncident(site.env.client, name, alert());
      await untilState(handle, 'waitingForTurn');
      expect(await eventsOfAnHour(handle)).toBeLessThanOrEqual(MOST_EVENTS_AN_HOUR);
      await closedMeanwhile(handle);
      await holder.terminate();
    });
  }, 120_000);
});

function turnOfOther() {
  const startsAt = new Date().toISOString();
  return { runbook: 'serviceDown', severity: 'critical', startsAt, startedBy: null, policy: SAFETY.guard };
}
