import type { IncidentResult, IncidentView } from '../../../src/shared/incident';
import { searchAttributes } from '../../../src/shared/search-attributes';
import { closeUpdate, timelineQuery } from '../../../src/workflows/messages';
import { alert, incidentInput, startIncident } from '../../support/incidents';
import { recordHistory } from '../../support/temporal/record-history';
import { SAFETY } from '../../support/safety';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';
import { WorkflowSite } from '../../support/sites/workflow-site';

/** On a real server: the time-skipping one stands still while work waits for an agent. */
let site: WorkflowSite;

beforeAll(async () => {
  site = await WorkflowSite.up({ startServer: startLocal });
});
afterAll(async () => {
  await site?.down();
});

it.each([
  ['is waited for', 600_000, 'waitingForAgent'],
  ['was given up on', 1, 'waitingForPeople'],
] as const)(
  'a person closes an incident whose agent %s, and it ends',
  async (_what, giveUpAfterMs, state) => {
    await site.withHost(async (_host, name) => {
      const input = incidentInput(name, { safety: SAFETY });
      input.policy = { ...input.policy, agentWithinMs: 500, giveUpAfterMs };
      const first = alert();
      const handle = await startIncident(site.env.client, name, first, input);
      const isThere = async () => (await handle.query<IncidentView>(timelineQuery)).state === state;
      await waitFor(isThere, { what: state, deadlineMs: 60_000 });

      await handle.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'host is gone' }] });
      const result = (await handle.result()) as IncidentResult;
      await recordHistory(handle, `serviceDown.closed-${state}`);
      expect(result.outcome).toBe('unresolved');
      const { typedSearchAttributes: shown, memo } = await handle.describe();
      expect([shown.get(searchAttributes.state), shown.get(searchAttributes.outcome)]).toEqual([
        'closed',
        'unresolved',
      ]);
      // By which later alerts are known to be of an episode that is closed.
      expect(Object.keys(memo?.['closedEpisodes'] ?? {})).toEqual([first.fingerprint]);
      expect(result.timeline.map(({ title }) => title)).toContain('anna closes this incident');
      const told = await waitFor(() => site.pagers.closedOf(handle.workflowId)[0], { what: 'people to be told' });
      expect(JSON.stringify(told.input.page)).toContain('anna: host is gone');
    }, false);
  },
  120_000,
);
