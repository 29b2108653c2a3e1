import { remediesFor } from '../../../src/shared/summary/remedies';
import { alert, closedByHand, startIncident } from '../../support/incidents';
import { beyondHelp } from '../../support/scripted/beyond-help';
import { recordHistory } from '../../support/temporal/record-history';
import { startLocal } from '../../support/temporal/temporal';
import { WorkflowSite } from '../../support/sites/workflow-site';

/** On a real server: a person closes them, and no time has to pass. */
let site: WorkflowSite;

beforeAll(async () => {
  site = await WorkflowSite.up({ startServer: startLocal });
});
afterAll(async () => {
  await site?.down();
});

describe('what runbook A cannot mend', () => {
  it('ends unresolved with everything it learned when nothing helps', async () => {
    await site.withHost(async (host, name) => {
      beyondHelp(host);
      host.logLines = ['MemoryError'];
      const handle = await startIncident(site.env.client, name, alert());
      const result = await closedByHand(handle);
      await recordHistory(handle, 'serviceDown.unresolved');
      expect(result.outcome).toBe('unresolved');
      expect(result.measures.healthyAt).toBeNull();
      expect(result.findings.map((f) => f.name)).toContain('OutOfMemory');
      expect(result.timeline.map(({ cite }) => cite)).toContain('A.3');
      expect(host.restarts).toEqual(['kingfisher']);
    });
  });

  it('names a masked unit and does not get stuck on it', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      host.masked.add('kingfisher');
      host.allow = ['restart', 'clearFiles'];
      const result = await closedByHand(await startIncident(site.env.client, name, alert()));
      expect(result.outcome).toBe('unresolved');
      expect(result.findings.map((f) => f.name)).toContain('UnitMasked');
      expect(host.restarts).toEqual([]);
    });
  });

  it('names a masked dependency, and starts neither it nor KingFisher', async () => {
    await site.withHost(async (host, name) => {
      host.up.redis = false;
      host.masked.add('redis');
      const result = await closedByHand(await startIncident(site.env.client, name, alert()));
      expect(result.findings.map((f) => f.name)).toEqual(expect.arrayContaining(['DependencyDown', 'UnitMasked']));
      expect(remediesFor(result).commands).toEqual(['systemctl unmask redis.service', 'systemctl start redis.service']);
      expect(host.restarts).toEqual([]);
    });
  });
});
