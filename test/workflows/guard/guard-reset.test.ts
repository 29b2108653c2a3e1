import { resetRun } from '../../../lab/temporal/reset';
import { guardId } from '../../../src/shared/ids';
import type { IncidentView } from '../../../src/shared/incident';
import type { GuardView } from '../../../src/shared/safety/guard';
import { closeUpdate } from '../../../src/workflows/messages';
import { hold } from '../../support/scripted/held-activity';
import { alert, incidentInput, startIncident } from '../../support/incidents';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';
import { WorkflowSite } from '../../support/sites/workflow-site';

const WAIT = { deadlineMs: 60_000, everyMs: 100 };

let site: WorkflowSite;
beforeAll(async () => {
  site = await WorkflowSite.up({ startServer: startLocal });
});
afterAll(async () => await site?.down());

it.each(['first', 'last'] as const)(
  'an incident that was reset to its %s task keeps its turn, and gives it back',
  async (which) => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      const restart = hold(host, 'ensureRestarted');
      const begun = await startIncident(site.env.client, name, alert(), incidentInput(name));
      const guard = site.env.client.workflow.getHandle(guardId(name));
      const holder = async () => (await guard.query<GuardView>('guard')).holder;
      await waitFor(() => restart.begun() > 0, { what: 'the restart', ...WAIT });
      const before = await holder();
      expect(before?.incidentId).toBe(begun.workflowId);

      const newest = site.env.client.workflow.getHandle(begun.workflowId);
      const { runId } = await newest.describe();
      await resetRun(site.env.client, begun.workflowId, which);
      await waitFor(async () => (await newest.describe()).runId !== runId, { what: 'the new run', ...WAIT });
      const isWatching = async () => {
        restart.free();
        return (await newest.query<IncidentView>('timeline')).state === 'watching';
      };
      await waitFor(isWatching, { what: 'the host to be well', ...WAIT });
      await waitFor(async () => (await holder()) === null, { what: 'the turn to be given back', ...WAIT });
      // One that begins from its first look may find the host well, and give its turn back before it asks for it.
      if (which === 'last') expect((await guard.query<GuardView>('guard')).lastToken).toBe(before?.token);
      await newest.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'seen' }] });
      await waitFor(async () => (await newest.describe()).status.name === 'COMPLETED', { what: 'the end', ...WAIT });
    });
  },
  120_000,
);
