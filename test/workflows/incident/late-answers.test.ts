import { approveSignal } from '../../../src/workflows/messages';
import { alert, closedByHand, incidentInput, startIncident, untilState } from '../../support/incidents';
import { SAFETY } from '../../support/safety';
import { WorkflowSite } from '../../support/sites/workflow-site';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';

jest.setTimeout(120_000);

let site: WorkflowSite;

// The server that skips time lets none pass while there is no controller.
beforeAll(async () => {
  site = await WorkflowSite.up({ startServer: startLocal });
});
afterAll(async () => {
  await site?.down();
});

it('a yes that nobody took before its question expired, because no controller ran, is no yes', async () => {
  await site.onHost(async (host, name) => {
    host.up.kingfisher = false;
    const approvals = { ...SAFETY.approvals, expireAfterMs: 5_000 };
    const input = incidentInput(name, { runbook: 'emergencyRecovery', safety: { ...SAFETY, approvals } });
    const recovery = { dryRun: false, onlyUnhealthy: false };
    const { handle, asked } = await site.withController(async () => {
      const handle = await startIncident(site.env.client, name, alert(), { ...input, recovery });
      const { approvals } = await untilState(handle, 'waitingForApproval');
      return { handle, asked: approvals[0]! };
    });
    await waitFor(() => Date.now() > Date.parse(asked.expiresAt), { what: 'the question to expire' });
    await handle.signal(approveSignal, { as: 'anna', hash: asked.hash });
    await site.withController(async () => {
      const { approvals, timeline } = await untilState(handle, 'waitingForPeople');
      expect(approvals).toMatchObject([{ hash: asked.hash, state: 'expired', answeredBy: null }]);
      expect(timeline.map(({ title }) => title)).toContain('An answer of anna was not taken ("approved")');
      expect(host.calls).not.toContain('ensureStopped');
      await closedByHand(handle);
    });
  });
});
