import { approveSignal } from '../../../src/workflows/messages';
import { alert, incidentInput, resolvedWhenWell, startIncident, untilState } from '../../support/incidents';
import { SAFETY } from '../../support/safety';
import { WorkflowSite } from '../../support/sites/workflow-site';

jest.setTimeout(180_000);

let site: WorkflowSite;

beforeEach(async () => {
  site = await WorkflowSite.up();
});
afterEach(async () => {
  await site?.down();
});

it('a yes that nobody took before its question expired, because no controller ran, is no yes', async () => {
  await site.onHost(async (host, name) => {
    const now = new Date(await site.env.currentTimeMs()).toISOString();
    const labels = { alertname: 'KingfisherServiceDown', instance: name, severity: 'critical' };
    const first = alert({ startsAt: now, receivedAt: now, labels });
    host.up.kingfisher = false;
    host.broken.add('kingfisher');
    const { handle, hash } = await site.withController(async () => {
      const handle = await startIncident(site.env.client, name, first, incidentInput(name, { safety: SAFETY }));
      const { approvals } = await untilState(handle, 'waitingForApproval');
      return { handle, hash: approvals[0]!.hash };
    });
    await site.env.sleep('5h');
    await handle.signal(approveSignal, { as: 'anna', hash });
    await site.withController(async () => {
      const { approvals, timeline } = await untilState(handle, 'waitingForPeople');
      expect(approvals).toMatchObject([{ hash, state: 'expired', answeredBy: null }]);
      expect(timeline.map(({ title }) => title)).toContain('An answer of anna was not taken ("approved")');
      expect(host.calls).not.toContain('ensureBackup');
      host.broken.clear();
      host.up.kingfisher = true;
      await resolvedWhenWell(handle, first);
    });
  });
});
