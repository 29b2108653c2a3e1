import type { WorkflowHandle } from '@temporalio/client';
import type { IncidentInput, IncidentResult } from '../../../src/shared/incident';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import { alertSignal } from '../../../src/workflows/messages';
import { alert, incidentInput, resolvedWhenWell, startIncident } from '../../support/incidents';
import { WorkflowSite } from '../../support/sites/workflow-site';
import { startLocal } from '../../support/temporal/temporal';
import { timerNames } from '../../support/temporal/timer-names';
import { waitFor } from '../../support/wait-for';

let site: WorkflowSite;

beforeAll(async () => {
  site = await WorkflowSite.up({ startServer: startLocal });
});
afterAll(async () => {
  await site?.down();
});

/** As Temporal UI does: nothing but the input. */
async function startAlone(name: string, more: Partial<IncidentInput> = {}): Promise<WorkflowHandle> {
  return await site.env.client.workflow.start('serviceDown', {
    workflowId: `incident/KingfisherServiceDown/${name}`,
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [incidentInput(name, more)],
  });
}

it('an incident that was started without an alert waits for it', async () => {
  await site.withHost(async (_host, name) => {
    const handle = await startAlone(name);
    // Else the alert may be there before the incident has begun.
    const isWaiting = async () => (await timerNames(handle)).includes('First alert');
    await waitFor(isWaiting, { what: 'the incident to wait for its first alert' });
    const first = alert();
    await handle.signal(alertSignal, first);
    const { alerts, timeline } = await resolvedWhenWell(handle, first);
    expect(alerts).toHaveLength(1);
    expect(timeline.at(0)?.title).toContain('fires');
  });
});

it('where none comes, it ends with what it sees of the host', async () => {
  await site.withHost(async (_host, name) => {
    const handle = await startAlone(name);
    expect(((await handle.result()) as IncidentResult).alerts).toEqual([]);
    expect(await timerNames(handle)).toContain('First alert');
  });
});

it('one that somebody started, or an alert, waits for no other', async () => {
  await site.withHost(async (_host, name) => {
    const byHand = await startAlone(name, { startedBy: { who: 'bela', reason: 'a test' } });
    const { timeline } = (await byHand.result()) as IncidentResult;
    expect(timeline[0]?.title).toBe('Started by bela: a test');
    expect(await timerNames(byHand)).not.toContain('First alert');

    const first = alert();
    const byAlert = await startIncident(site.env.client, name, first);
    await resolvedWhenWell(byAlert, first);
    expect(await timerNames(byAlert)).not.toContain('First alert');
  });
});
