import type { WorkflowHandle } from '@temporalio/client';
import { resetRun } from '../../../lab/temporal/reset';
import { escalationId } from '../../../src/shared/ids';
import type { IncidentResult } from '../../../src/shared/incident';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { closeUpdate } from '../../../src/workflows/messages';
import { alert, incidentInput, resolvedWhenWell, startIncident, untilState } from '../../support/incidents';
import { withSecondTier } from '../../support/safety';
import { beyondHelp } from '../../support/scripted/beyond-help';
import { WorkflowSite } from '../../support/sites/workflow-site';
import { recordHistory } from '../../support/temporal/record-history';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';

/** Temporal answers no question about other workflows. What is asked so is asked within the controller, as local activities. */
const busy = () => Promise.reject(new Error('Temporal is busy'));
/** It is due when what was seen of the incident is too old to go by. */
const SECOND_TIER = withSecondTier(10_000);
const WAIT = { deadlineMs: 60_000, everyMs: 100 };

let site: WorkflowSite;
beforeAll(async () => {
  const control = { observeClock: busy, observeRun: busy, observeChanges: busy, endClock: busy };
  site = await WorkflowSite.up({ startServer: startLocal, control });
});
afterAll(async () => await site?.down());

async function helpless(host: ScriptedHost, name: string): Promise<WorkflowHandle> {
  beyondHelp(host);
  const handle = await startIncident(site.env.client, name, alert(), incidentInput(name, SECOND_TIER));
  await untilState(handle, 'waitingForPeople');
  return site.env.client.workflow.getHandle(handle.workflowId);
}

async function closed(handle: WorkflowHandle): Promise<IncidentResult> {
  await handle.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'done by hand' }] });
  return (await handle.result()) as IncidentResult;
}

const clockOf = ({ workflowId }: WorkflowHandle) => site.env.client.workflow.getHandle(escalationId(workflowId));

it('an incident that becomes well ends, and nobody else gets the credit', async () => {
  await site.withHost(async (_host, name) => {
    const first = alert();
    const handle = await startIncident(site.env.client, name, first);
    expect((await resolvedWhenWell(handle, first)).outcome).toBe('selfHealed');
    await recordHistory(handle, 'serviceDown.temporal-busy');
  });
}, 120_000);

it('its clock pages on time, though nobody can say whether anything still works on it', async () => {
  await site.withHost(async (host, name) => {
    const handle = await helpless(host, name);
    const clock = (await clockOf(handle).describe()).runId;
    await waitFor(() => site.pagers.tiersOf(handle.workflowId).length === 2, { what: 'tier 2', ...WAIT });
    expect((await clockOf(handle).describe()).runId).toBe(clock);
    await closed(handle);
    const { status } = await waitFor(
      async () => {
        const seen = await clockOf(handle).describe();
        return seen.status.name === 'RUNNING' ? undefined : seen;
      },
      { what: 'the clock to end', ...WAIT },
    );
    expect(status.name).toBe('COMPLETED');
  });
}, 120_000);

it('a reset of it ends no clock: one that may run is taken for one that does', async () => {
  await site.withHost(async (host, name) => {
    const handle = await helpless(host, name);
    const [first, clock] = [await handle.describe(), await clockOf(handle).describe()];
    await resetRun(site.env.client, handle.workflowId);
    const isAnother = async () => (await handle.describe()).runId !== first.runId;
    await waitFor(isAnother, { what: 'the run after the reset', ...WAIT });
    await untilState(handle, 'waitingForPeople');
    expect((await clockOf(handle).describe()).runId).toBe(clock.runId);
    await closed(handle);
    const ends = site.pagers.closedOf(handle.workflowId);
    expect(ends.map(({ input: { page } }) => JSON.stringify(page)).join()).not.toContain('a newer run');
  });
}, 120_000);
