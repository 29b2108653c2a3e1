import { ApplicationFailure } from '@temporalio/common';
import type { IncidentView } from '../../../src/shared/incident';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { alertSignal } from '../../../src/workflows/messages';
import { alert, incidentInput, resolvedWhenWell, startIncident, untilState } from '../../support/incidents';
import { SAFETY } from '../../support/safety';
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

describe('a page with a reading of its own', () => {
  /** KingFisher is well and asks nothing of Redis: its health says nothing of this page. */
  async function began(host: ScriptedHost, name: string, input = incidentInput(name)) {
    host.readyChecks = 'none';
    const first = alert();
    const handle = await startIncident(site.env.client, name, first, input);
    return { first, handle };
  }

  /** Redis is down, and its restart does not help. */
  async function leftToPeople(host: ScriptedHost, name: string) {
    host.up.redis = false;
    host.broken.add('redis');
    const { first, handle } = await began(host, name);
    await untilState(handle, 'waitingForPeople');
    await site.env.sleep('5m');
    host.broken.clear();
    return { first, handle };
  }

  const looks = (view: IncidentView) => titles(view).filter((title) => title === 'Redis: PING').length;

  it('that breaks anew while its alert fires is diagnosed and healed again at once, and is no crash loop', async () => {
    await site.withHost(async (host, name) => {
      host.up.redis = false;
      const { first, handle } = await began(host, name);
      await untilState(handle, 'watching');
      host.up.redis = false;
      await site.passUntil(() => host.restarts.length === 2, 'a second restart');
      const view = await untilState(handle, 'watching');
      expect(looks(view)).toBe(2);
      expect(view.findings).toEqual([]);
      expect((await resolvedWhenWell(handle, first)).outcome).toBe('healed');
    });
  }, 120_000);

  it('that was well when the alert came is healed when it breaks while the contradiction is waited out', async () => {
    await site.withHost(async (host, name) => {
      const { first, handle } = await began(host, name);
      await untilState(handle, 'watching');
      await site.env.sleep('20m');
      const { findings } = await handle.query<IncidentView>('timeline');
      expect(findings).toMatchObject([{ name: 'AlertContradicted', detail: expect.stringMatching(/^Redis has been/) }]);
      host.up.redis = false;
      await site.passUntil(() => host.restarts.length === 1, 'a restart');
      expect((await resolvedWhenWell(handle, first)).outcome).toBe('healed');
    });
  }, 120_000);

  it('that was well for a moment while people have it is healed', async () => {
    await site.withHost(async (host, name) => {
      const { first, handle } = await leftToPeople(host, name);
      expect(host.restarts).toEqual(['redis']);
      host.wellForAMoment = true;
      await site.passUntil(() => host.restarts.length === 2, 'another pass');
      expect((await resolvedWhenWell(handle, first)).outcome).toBe('healed');
    });
  }, 120_000);

  it('that is not well in another way while people have it is diagnosed again', async () => {
    await site.withHost(async (host, name) => {
      const { first, handle } = await leftToPeople(host, name);
      host.up.redis = true;
      host.conditions.redis = 'busy';
      host.before = (activity) => {
        if (activity === 'ensureRestarted') delete host.conditions.redis;
      };
      await site.passUntil(() => host.restarts.length === 2, 'another pass');
      expect((await resolvedWhenWell(handle, first)).outcome).toBe('healed');
    });
  }, 120_000);

  it('is not verified while people have it because KingFisher is well, and is theirs when it is well itself', async () => {
    await site.withHost(async (host, name) => {
      const { first, handle } = await leftToPeople(host, name);
      const before = host.calls.filter((call) => call === 'waitUntil dependency').length;
      await site.env.sleep('30m');
      expect(host.calls.filter((call) => call === 'waitUntil dependency')).toHaveLength(before);
      host.up.redis = true;
      await site.passUntil(async () => (await handle.query<IncidentView>('timeline')).state === 'watching', 'well');
      expect((await resolvedWhenWell(handle, first)).outcome).toBe('resolvedByPeople');
    });
  }, 120_000);

  it('takes a question back when it is well itself, and not because KingFisher is', async () => {
    await site.withHost(async (host, name) => {
      host.up.redis = false;
      const input = incidentInput(name, { safety: { ...SAFETY, mode: 'approve' } });
      const { first, handle } = await began(host, name, input);
      await untilState(handle, 'waitingForApproval');
      await site.env.sleep('5m');
      const states = async () => (await handle.query<IncidentView>('timeline')).approvals.map(({ state }) => state);
      expect(await states()).toEqual(['asked']);
      host.up.redis = true;
      await site.passUntil(async () => (await handle.query<IncidentView>('timeline')).state === 'watching', 'well');
      expect(await states()).toEqual(['withdrawn']);
      await resolvedWhenWell(handle, first);
    });
  }, 120_000);

  it('has nothing to do with a KingFisher that is started anew, or that is down', async () => {
    await site.withHost(async (host, name) => {
      const { first, handle } = await began(host, name);
      await untilState(handle, 'watching');
      host.invocation.kingfisher = 'k1';
      await site.env.sleep('2m');
      host.up.kingfisher = false;
      await site.env.sleep('5m');
      const view = await handle.query<IncidentView>('timeline');
      expect(view.state).toBe('watching');
      expect(looks(view)).toBe(1);
      expect(JSON.stringify(view.timeline)).not.toContain('KingFisher was');
      await resolvedWhenWell(handle, first);
    });
  }, 120_000);
});

it('a page that looks at what a service answers, and is not about it, does not hear of its starts', async () => {
  await site.withHost(async (host, name) => {
    const first = alert();
    const input = incidentInput(name, { runbook: 'emergencyRecovery' });
    const handle = await startIncident(site.env.client, name, first, input);
    let looks = 0;
    host.also.watchReading = async (wanted) => {
      const reading = host.reading(wanted);
      return looks++ === 0 ? { ...reading, ended: 'restarted', invocation: 'k1' } : reading;
    };
    await untilState(handle, 'watching');
    await site.env.sleep('5m');
    const view = await handle.query<IncidentView>('timeline');
    expect(view.state).toBe('watching');
    expect(looks).toBeGreaterThan(1);
    expect(titles(view).filter((title) => title.includes('started anew'))).toEqual([]);
    await resolvedWhenWell(handle, first);
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
