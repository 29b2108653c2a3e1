import { ApplicationFailure } from '@temporalio/common';
import type { IncidentView } from '../../../src/shared/incident';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { alertSignal } from '../../../src/workflows/messages';
import { alert, resolvedWhenWell, startIncident, untilState } from '../../support/incidents';
import { WorkflowSite } from '../../support/sites/workflow-site';

let site: WorkflowSite;
beforeEach(async () => {
  site = await WorkflowSite.up({ workflowsPath: require.resolve('../../support/workflows/page-workflows') });
});
afterEach(async () => {
  await site?.down();
});

const titles = ({ timeline }: IncidentView) => timeline.map(({ title }) => title);

describe('a page that is not about health', () => {
  it('says itself what well is, what comes first, how a remedy is verified, and what comes after', async () => {
    await site.withHost(async (host, name) => {
      host.up.redis = false;
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      const { outcome } = await resolvedWhenWell(handle, first);
      expect(outcome).toBe('healed');
      expect(host.restarts).toEqual(['redis']);
      const view = await handle.query<IncidentView>('timeline');
      const order = [
        'Redis: PING',
        'Keep the damage from growing',
        'Redis is down',
        'Restart redis',
        'Verify: Redis is well for 1000 ms',
        'What was left was worked off',
      ];
      expect(titles(view).filter((title) => order.includes(title))).toEqual(order);
    });
  });

  it('that is well by its own reading changes nothing, whatever KingFisher says', async () => {
    await site.withHost(async (host, name) => {
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      await untilState(handle, 'watching');
      const view = await handle.query<IncidentView>('timeline');
      expect(titles(view)).toContain('Verify: Redis is well for 5000 ms');
      expect(titles(view)).not.toContain('What was left was worked off');
      expect(host.calls).not.toContain('ensureTempFilesRemoved');
      await resolvedWhenWell(handle, first);
    });
  });

  it('goes on to its causes when the damage cannot be kept from growing', async () => {
    await site.withHost(async (host, name) => {
      host.up.redis = false;
      host.before = (activity) => {
        if (activity === 'ensureTempFilesRemoved')
          throw ApplicationFailure.nonRetryable('no such folder', 'NotConfigured');
      };
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      expect((await resolvedWhenWell(handle, first)).outcome).toBe('healed');
    });
  });
});

describe('a page that asks for nothing at this time', () => {
  async function notDue(host: ScriptedHost, name: string) {
    host.up.redis = false;
    const labels = { alertname: 'KingfisherServiceDown', severity: 'critical', shop: 'closed' };
    const first = alert({ labels });
    const handle = await startIncident(site.env.client, name, first);
    await untilState(handle, 'notDue');
    return { first, handle };
  }

  it('is diagnosed, changes nothing, calls nobody, and is over when the alert is', async () => {
    await site.withHost(async (host, name) => {
      const { first, handle } = await notDue(host, name);
      await site.env.sleep('2h');
      const view = await handle.query<IncidentView>('timeline');
      expect(view).toMatchObject({ state: 'notDue', tier: 0, outcome: null });
      expect(titles(view)).toContain('Nothing is asked for at this time');
      expect(site.pagers.tiersOf(handle.workflowId)).toEqual([]);
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual([]);
      await handle.signal(alertSignal, { ...first, status: 'resolved' });
      expect(await handle.result()).toMatchObject({ outcome: 'selfHealed', state: 'closed' });
    });
  });

  it('is looked at again, and remedied once it asks for something', async () => {
    await site.withHost(async (host, name) => {
      const { first, handle } = await notDue(host, name);
      const startsAt = new Date(Date.parse(first.startsAt) + 1_000).toISOString();
      const open = { ...alert(), startsAt, receivedAt: startsAt };
      await handle.signal(alertSignal, open);
      await site.passUntil(() => host.restarts.length > 0, 'a restart of Redis');
      expect((await resolvedWhenWell(handle, open)).outcome).toBe('healed');
    });
  });
});
