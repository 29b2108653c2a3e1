import { moveOnSignal } from '../../../src/workflows/messages';
import { CalledIncidents, closed, runOf, titles } from '../../support/scripted/called-incidents';
import { WorkflowSite } from '../../support/sites/workflow-site';
import { waitFor } from '../../support/wait-for';

const WAIT = { deadlineMs: 60_000 };

let site: WorkflowSite;
beforeEach(async () => {
  site = await WorkflowSite.up();
});
afterEach(async () => await site?.down());

const incidents = new CalledIncidents(() => site);

it('terminated while its incident goes on in a new run that has nothing to tell it, people are called further', async () => {
  // Nothing is looked at all the time: a server that skips time may stall where that is cancelled.
  const withoutWatch = ['watchReading'];
  await site.withHost(async (host, name) => {
    const handle = await incidents.called(host, name, { maxEvents: 150 });
    const first = await runOf(handle);
    const goesOn = async () => {
      await handle.signal(moveOnSignal, undefined);
      return (await runOf(handle)) !== first;
    };
    await waitFor(goesOn, { what: 'a new run of the incident', ...WAIT });
    await incidents.clockOf(handle).terminate();
    await site.passUntil(() => site.pagers.tiersOf(handle.workflowId).length === 2, 'tier 2');
    expect(await titles(handle)).toContain('The clock was ended from outside');
    expect(incidents.sentAbout(handle, 'tier')).toHaveLength(4);
    await closed(handle);
  }, withoutWatch);
}, 120_000);
