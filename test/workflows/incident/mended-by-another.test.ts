import { guardId } from '../../../src/shared/ids';
import { guardStart } from '../../../src/shared/safety/guard-start';
import { closingSentence } from '../../../src/shared/summary/closing';
import { guardQuery } from '../../../src/workflows/messages';
import { alert, resolvedWhenWell, startIncident } from '../../support/incidents';
import { recordHistory } from '../../support/temporal/record-history';
import { waitFor } from '../../support/wait-for';
import { WorkflowSite } from '../../support/sites/workflow-site';

let site: WorkflowSite;

beforeEach(async () => {
  site = await WorkflowSite.up();
});
afterEach(async () => {
  await site?.down();
});

/** What another one says to the guard of a host before it restarts something. */
async function restartBy(incidentId: string, name: string): Promise<void> {
  const note = { incidentId, runId: 'other', token: 1, restart: 'rabbitmq', what: 'Restart rabbitmq' };
  await site.env.client.workflow.signalWithStart('guard', {
    ...guardStart(name),
    signal: 'noteChange',
    signalArgs: [note],
  });
}

it('an incident that becomes well by what another one did says so, and not that it was by itself', async () => {
  await site.withHost(async (_host, name) => {
    const first = alert();
    await restartBy(`incident/Other/${name}`, name);
    const handle = await startIncident(site.env.client, name, first);
    const view = await resolvedWhenWell(handle, first);
    await recordHistory(handle, 'serviceDown.mended-by-another');
    expect(view).toMatchObject({ outcome: 'healed', mendedBy: { what: 'Restart rabbitmq' } });
    expect(closingSentence(view, 'healed')).toContain(`rabbitmq restarted by incident/Other/${name}`);
    expect(view.timeline.map(({ title }) => title)).toContain(`incident/Other/${name} changed this host`);
  });
});

it('a change that came before the alert mended nothing', async () => {
  await site.withHost(async (_host, name) => {
    await restartBy(`incident/Other/${name}`, name);
    const guard = site.env.client.workflow.getHandle(guardId(name));
    const isNoted = async () => (await guard.query(guardQuery)).changes.length > 0;
    await waitFor(isNoted, { what: 'the guard to know of the restart' });
    const first = alert({ startsAt: new Date(await site.env.currentTimeMs()).toISOString() });
    const view = await resolvedWhenWell(await startIncident(site.env.client, name, first), first);
    expect(view.outcome).toBe('selfHealed');
    expect(view.mendedBy).toBeUndefined();
  });
});

it('nobody gets the credit where the guard was lost', async () => {
  await site.withHost(async (_host, name) => {
    const first = alert();
    await restartBy(`incident/Other/${name}`, name);
    await site.env.client.workflow.getHandle(guardId(name)).terminate();
    const view = await resolvedWhenWell(await startIncident(site.env.client, name, first), first);
    expect(view.outcome).toBe('selfHealed');
  });
});
