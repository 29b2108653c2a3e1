import type { IncidentView } from '../../../src/shared/incident';
import { closedByHand, incidentInput, alert, startIncident, untilState } from '../../support/incidents';
import { startLocal } from '../../support/temporal/temporal';
import { WorkflowSite } from '../../support/sites/workflow-site';

/** On a real server: the time-skipping one stands still while work waits for an agent. */
let site: WorkflowSite;

beforeAll(async () => {
  site = await WorkflowSite.up({ startServer: startLocal });
});
afterAll(async () => {
  await site?.down();
});

it('an agent that was given up on and is back at the next look brings another pass, which heals', async () => {
  await site.withHost(async (host, name) => {
    host.up.kingfisher = false;
    const input = incidentInput(name);
    // Given up on at once; the look that follows the pass waits long enough for the agent to take it.
    input.policy = { ...input.policy, agentWithinMs: 15_000, giveUpAfterMs: 1 };
    const handle = await startIncident(site.env.client, name, alert(), input);
    await untilState(handle, 'waitingForPeople');
    await site.withAgent(host, name, async () => {
      const view: IncidentView = await untilState(handle, 'watching', 'closed');
      expect(view.timeline.map(({ title }) => title)).toContain('Diagnosing again');
      expect(view.timeline).toContainEqual(expect.objectContaining({ title: 'Restart KingFisher', status: 'done' }));
      await closedByHand(handle);
    });
  }, false);
}, 120_000);
