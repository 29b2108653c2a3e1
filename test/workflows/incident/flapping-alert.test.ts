import type { IncidentView } from '../../../src/shared/incident';
import { alertSignal, closeUpdate } from '../../../src/workflows/messages';
import { alert, incidentInput, startIncident, untilState } from '../../support/incidents';
import { waitFor } from '../../support/wait-for';
import { WorkflowSite } from '../../support/sites/workflow-site';

const WAIT = { deadlineMs: 60_000 };
const MAX_EVENTS = 200;
/** What one more pass of the runbook and its messages may add to a run that is long already. */
const ONE_PASS = 400;

let site: WorkflowSite;
beforeAll(async () => {
  site = await WorkflowSite.up();
});
afterAll(async () => await site?.down());

it('an alert that fires anew each minute lets its incident go on in new runs, and nothing is forgotten', async () => {
  await site.withHost(async (host, name) => {
    host.broken.add('kingfisher');
    host.up.kingfisher = false;
    host.allow = ['restart', 'clearFiles'];
    const first = alert();
    const handle = await startIncident(site.env.client, name, first, incidentInput(name, { maxEvents: MAX_EVENTS }));
    await untilState(handle, 'waitingForPeople');
    const newest = site.env.client.workflow.getHandle(handle.workflowId);
    const runs = new Set<string>();
    const lengths: number[] = [];
    for (let minute = 1; minute <= 40; minute++) {
      await site.env.sleep('61s');
      const at = new Date(await site.env.currentTimeMs()).toISOString();
      await newest.signal(alertSignal, { ...first, status: 'resolved', receivedAt: at });
      await newest.signal(alertSignal, { ...first, startsAt: at, receivedAt: at });
      const { runId, historyLength } = await newest.describe();
      runs.add(runId);
      lengths.push(historyLength);
    }
    expect(runs.size).toBeGreaterThan(2);
    expect(Math.max(...lengths)).toBeLessThan(MAX_EVENTS + ONE_PASS);
    const { received, tier } = await newest.query<IncidentView>('timeline');
    expect({ received, tier }).toEqual({ received: 81, tier: expect.any(Number) as number });
    expect(tier).toBeGreaterThan(0);
    await newest.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'done' }] });
    await waitFor(async () => (await newest.describe()).status.name === 'COMPLETED', { what: 'the end', ...WAIT });
  });
}, 180_000);
