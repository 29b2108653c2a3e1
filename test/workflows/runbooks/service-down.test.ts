import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { alertSignal, timelineQuery } from '../../../src/workflows/messages';
import {
  POLICY,
  alert,
  closedByHand,
  incidentInput,
  resolvedWhenWell,
  startIncident,
  untilState,
} from '../../support/incidents';
import { recordHistory } from '../../support/temporal/record-history';
import { SAFETY } from '../../support/safety';
import { waitFor } from '../../support/wait-for';
import { WorkflowSite } from '../../support/sites/workflow-site';

let site: WorkflowSite;

// A server each: time that passed in one test would hold up the next.
beforeEach(async () => {
  site = await WorkflowSite.up();
});
afterEach(async () => {
  await site?.down();
});

describe('runbook A', () => {
  it('restarts a crashed KingFisher once, verifies and closes as healed', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      const result = await resolvedWhenWell(handle, first);
      await recordHistory(handle, 'serviceDown.healed');
      expect(result.outcome).toBe('healed');
      expect(host.restarts).toEqual(['kingfisher']);
      expect(result.measures.firstActionAt).not.toBeNull();
      expect(result.measures.healthyAt).not.toBeNull();
      expect(result.timeline.filter((entry) => entry.cite === 'A.1').map((entry) => entry.status)).toEqual([
        'note',
        'done',
      ]);
    });
  });

  it('restarts the dependencies found down, then KingFisher, and nothing else', async () => {
    await site.withHost(async (host, name) => {
      host.up.postgres = false;
      host.up.redis = false;
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      const result = await resolvedWhenWell(handle, first);
      await recordHistory(handle, 'serviceDown.dependencies');
      expect(result.outcome).toBe('healed');
      expect(host.restarts.slice(0, 2).sort()).toEqual(['postgres', 'redis']);
      expect(host.restarts.slice(2)).toEqual(['kingfisher']);
      expect(result.findings.filter((f) => f.name === 'DependencyDown')).toHaveLength(2);
    });
  });

  it.each([
    ['the same', 'postgres', ['postgres', 'kingfisher', 'postgres', 'kingfisher']],
    ['another', 'rabbitmq', ['postgres', 'kingfisher', 'rabbitmq', 'kingfisher']],
  ] as const)('diagnoses again when %s dependency breaks while it verifies', async (_which, breaks, restarts) => {
    await site.withHost(async (host, name) => {
      host.up.postgres = false;
      let isToBreak = true;
      host.before = async (activity) => {
        if (activity !== 'waitUntil health' || !isToBreak || !host.restarts.includes('kingfisher')) return;
        isToBreak = false;
        host.up[breaks] = false;
      };
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      const result = await resolvedWhenWell(handle, first);
      await recordHistory(handle, `serviceDown.broke-anew-${breaks}`);
      expect(result.outcome).toBe('healed');
      expect(host.restarts).toEqual(restarts);
      const titles = result.timeline.map(({ title }) => title);
      expect(titles).toContain('Broke anew: diagnosing again');
      expect(titles).not.toContain('Nothing automatic is left');
      expect(result.approvals).toEqual([]);
    });
  });

  it('diagnoses again when KingFisher dies between two verifications of one pass', async () => {
    await site.withHost(async (host, name) => {
      host.starting.add('kingfisher');
      let verifications = 0;
      host.before = async (activity) => {
        if (activity === 'waitUntil health' && ++verifications === 2) host.up.kingfisher = false;
      };
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      const result = await resolvedWhenWell(handle, first);
      expect(result.outcome).toBe('healed');
      expect(host.restarts).toEqual(['kingfisher']);
      expect(result.timeline.map(({ title }) => title)).not.toContain('Nothing automatic is left');
      expect(result.approvals).toEqual([]);
    });
  });

  it('frees space before the restart when the disk is full', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      host.diskFull = true;
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      const result = await resolvedWhenWell(handle, first);
      await recordHistory(handle, 'serviceDown.disk-full');
      expect(result.outcome).toBe('healed');
      expect(host.tempFiles).toBe(0);
      expect(host.calls.indexOf('ensureTempFilesRemoved')).toBeLessThan(host.calls.indexOf('ensureRestarted'));
      expect(result.findings.map((f) => f.name)).toContain('DiskFull');
    });
  });

  it('does not touch a full disk’s files when KingFisher runs well', async () => {
    await site.withHost(async (host, name) => {
      host.diskFull = true;
      await (await startIncident(site.env.client, name, alert({ status: 'resolved' }))).result();
      expect(host.tempFiles).toBe(3);
    });
  });

  it('tells what could not be observed instead of taking it for good', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      host.before = (activity) => {
        if (activity === 'observeResources') throw new Error('df: I/O error');
      };
      const first = alert();
      const result = await resolvedWhenWell(await startIncident(site.env.client, name, first), first);
      expect(result.outcome).toBe('healed');
      expect(result.timeline.find((entry) => entry.title === 'Memory and disk')?.status).toBe('failed');
      expect(result.findings.some((f) => f.detail.includes('df: I/O error'))).toBe(true);
    });
  });
});

describe('alerts during an incident', () => {
  it('waits for Alertmanager to agree when the host looks healthy, and changes nothing', async () => {
    await site.withHost(async (host, name) => {
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      await site.env.sleep('30s');
      expect((await handle.describe()).status.name).toBe('RUNNING');
      await handle.signal(alertSignal, { ...first, status: 'resolved' });
      const result = await handle.result();
      await recordHistory(handle, 'serviceDown.contradicted');
      expect(result.outcome).toBe('selfHealed');
      expect(result.findings).toEqual([]);
      expect(host.restarts).toEqual([]);
    });
  });

  it('tells people of a fault of monitoring when Alertmanager goes on, and rings nobody for a host that is well', async () => {
    await site.withHost(async (_host, name) => {
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      await untilState(handle, 'watching');
      await site.env.sleep('70m');
      const view = await untilState(handle, 'watching');
      expect(view.findings.map((f) => f.name)).toEqual(['AlertContradicted']);
      expect(site.pagers.tiersOf(handle.workflowId)).toEqual([]);
      await handle.signal(alertSignal, { ...first, status: 'resolved' });
      const result = await handle.result();
      await recordHistory(handle, 'serviceDown.monitoring-fault');
      expect(result.outcome).toBe('selfHealed');
    });
  });

  it('skips the remedies that are left once the alert is resolved and health is verified', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      const first = alert();
      host.before = (activity) => {
        if (activity === 'observeLogTail') host.up.kingfisher = true;
      };
      const handle = await startIncident(site.env.client, name, first);
      await handle.signal(alertSignal, { ...first, status: 'resolved' });
      const result = await handle.result();
      expect(result.outcome).toBe('selfHealed');
      expect(host.restarts).toEqual([]);
    });
  });

  it('stays open and remedies when Alertmanager says resolved but the host is not healthy', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      const result = await (await startIncident(site.env.client, name, alert({ status: 'resolved' }))).result();
      expect(result.outcome).toBe('healed');
    });
  });

  it('takes duplicates as one alert and leaves its episodes in the memo', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      const first = alert();
      const older = { startsAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T01:00:00.000Z' };
      const input = incidentInput(name, { closedEpisodes: { older } });
      const handle = await startIncident(site.env.client, name, first, input);
      for (let i = 0; i < 20; i++) await handle.signal(alertSignal, first).catch(() => undefined);
      const result = await resolvedWhenWell(handle, first);
      expect(result.alerts).toHaveLength(1);
      const { memo } = await handle.describe();
      expect(memo).toMatchObject({
        closedEpisodes: { older, [first.fingerprint]: { startsAt: first.startsAt, endedAt: expect.any(String) } },
      });
    });
  });
});

describe('a host that breaks anew', () => {
  /** A restart does not help, nothing bigger is allowed, and people have it. */
  async function leftToPeople(host: ScriptedHost, name: string) {
    host.allow = ['restart', 'clearFiles'];
    host.up.kingfisher = false;
    host.broken.add('kingfisher');
    const first = alert();
    const handle = await startIncident(site.env.client, name, first);
    await untilState(handle, 'waitingForPeople');
    return { first, handle };
  }

  it('is healed again at once while its alert goes on firing, and is named as a crash loop', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      await untilState(handle, 'watching');
      host.up.kingfisher = false;
      await site.passUntil(() => host.restarts.length === 2, 'a second restart');
      const view = await untilState(handle, 'watching');
      expect(view.findings.map((f) => f.name)).toEqual(['CrashLoop']);
      await waitFor(() => site.pagers.tiersOf(handle.workflowId).length === 1, { what: 'a page at once' });
      await handle.signal(alertSignal, { ...first, status: 'resolved' });
      await site.env.sleep('1m');
      // Between two deaths nothing is closed as healed.
      expect((await untilState(handle, 'watching')).outcome).toBeNull();
      const result = await handle.result();
      await recordHistory(handle, 'serviceDown.crash-loop');
      expect(result.outcome).toBe('healed');
      expect(Date.parse(result.measures.closedAt!) - Date.parse(result.measures.healthyAt!)).toBeGreaterThanOrEqual(
        POLICY.steadyForMs,
      );
    });
  });

  it('is healed while people have it, also where it was well for a moment only', async () => {
    await site.withHost(async (host, name) => {
      const { first, handle } = await leftToPeople(host, name);
      await site.env.sleep('5m');
      const before = host.restarts.length;
      host.broken.clear();
      await site.env.sleep('5m');
      expect(host.restarts).toHaveLength(before);
      host.wellForAMoment = true;
      await site.passUntil(() => host.restarts.length > before, 'another pass');
      expect((await resolvedWhenWell(handle, first)).outcome).toBe('healed');
    });
  });

  it('is diagnosed once more when it died while something else was mended', async () => {
    await site.withHost(async (host, name) => {
      host.allow = ['restart', 'clearFiles'];
      host.up.rabbitmq = false;
      let isToDie = true;
      host.before = (activity) => {
        if (activity !== 'waitUntil health' || !isToDie || !host.restarts.includes('kingfisher')) return;
        isToDie = false;
        host.up.kingfisher = false;
      };
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      await site.passUntil(() => host.restarts.length === 3, 'another pass');
      expect(host.restarts).toEqual(['rabbitmq', 'kingfisher', 'kingfisher']);
      const result = await resolvedWhenWell(handle, first);
      await recordHistory(handle, 'serviceDown.died-meanwhile');
      expect(result.outcome).toBe('healed');
    });
  });

  it('is diagnosed once more, and not again and again, when each pass leaves it otherwise', async () => {
    await site.withHost(async (host, name) => {
      host.allow = ['restart', 'clearFiles'];
      host.up.kingfisher = false;
      host.broken.add('kingfisher');
      let passes = 0;
      host.before = (activity) => {
        if (activity === 'observeRecentStarts') passes += 1;
        // A pass never sees it as it stands afterwards.
        if (activity === 'watchReading') host.masked.add('kingfisher');
        else host.masked.delete('kingfisher');
      };
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      await untilState(handle, 'waitingForPeople');
      await site.env.sleep('30m');
      expect(passes).toBe(2);
      await closedByHand(handle);
    });
  });

  it('is healed once somebody takes its mask away', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      host.masked.add('kingfisher');
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      await untilState(handle, 'waitingForPeople');
      await site.env.sleep('5m');
      expect(host.restarts).toEqual([]);
      host.masked.clear();
      await site.passUntil(() => host.restarts.length === 1, 'another pass');
      expect((await resolvedWhenWell(handle, first)).outcome).toBe('healed');
    });
  });

  it('is healed although it was well when the alert came', async () => {
    await site.withHost(async (host, name) => {
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      await untilState(handle, 'watching');
      host.up.kingfisher = false;
      await site.passUntil(() => host.restarts.length === 1, 'a restart');
      expect((await resolvedWhenWell(handle, first)).outcome).toBe('healed');
    });
  });

  it('is healed while people have it, when it is not well in a new way', async () => {
    await site.withHost(async (host, name) => {
      const { first, handle } = await leftToPeople(host, name);
      expect(host.restarts).toEqual(['kingfisher']);
      host.broken.clear();
      host.up.kingfisher = true;
      host.up.redis = false;
      await site.passUntil(() => host.restarts.includes('redis'), 'a restart of redis');
      expect((await resolvedWhenWell(handle, first)).outcome).toBe('healed');
    });
  });

  it.each([
    { what: 'breaks in a new way', isRedisUp: false, outcome: 'healed' },
    { what: 'is well again', isRedisUp: true, outcome: 'resolvedByPeople' },
  ])('is looked at while people are asked: one that $what takes the question back', async ({ isRedisUp, outcome }) => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      host.broken.add('kingfisher');
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      await untilState(handle, 'waitingForApproval');
      // Time enough for the first look.
      await site.env.sleep('2m');
      host.broken.clear();
      host.up.kingfisher = true;
      host.up.redis = isRedisUp;
      const isWatching = async () => (await handle.query(timelineQuery)).state === 'watching';
      await site.passUntil(isWatching, 'it to be well');
      const { approvals } = await handle.query(timelineQuery);
      expect(approvals).toMatchObject([{ state: 'withdrawn' }]);
      expect(host.restarts).toEqual(isRedisUp ? ['kingfisher'] : ['kingfisher', 'redis', 'kingfisher']);
      const result = await resolvedWhenWell(handle, first);
      await recordHistory(handle, `serviceDown.asked-${isRedisUp ? 'well' : 'otherwise'}`);
      expect(result.outcome).toBe(outcome);
    });
  });

  it('is left to people after so many passes within an hour', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      const safety = { ...SAFETY, guard: { ...SAFETY.guard, restartsPerHour: 1 } };
      const handle = await startIncident(site.env.client, name, alert(), incidentInput(name, { safety }));
      await untilState(handle, 'watching');
      host.up.kingfisher = false;
      host.broken.add('kingfisher');
      const people = async () => (await handle.query(timelineQuery)).state === 'waitingForPeople';
      await site.passUntil(people, 'people to have it');
      const view = await handle.query(timelineQuery);
      expect(host.restarts).toEqual(['kingfisher']);
      expect(view.findings.map((f) => f.name)).toEqual(expect.arrayContaining(['CrashLoop', 'ChangeRefused']));
      await closedByHand(handle);
    });
  });
});

/** The test server does not skip time while an activity waits for its worker, so these incidents wait less. */
const impatient = (host: string) =>
  incidentInput(host, { policy: { ...POLICY, agentWithinMs: 500, giveUpAfterMs: 3_000 } });

describe('an agent that is away', () => {
  it('is named and waited for', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      const first = alert();
      const handle = await startIncident(site.env.client, name, first, impatient(name));
      await waitFor(async () => (await handle.query(timelineQuery)).state === 'waitingForAgent', {
        what: 'AgentUnreachable',
        deadlineMs: 10_000,
      });
      const view = await handle.query(timelineQuery);
      expect(view.findings.map((f) => f.name)).toEqual(['AgentUnreachable']);
      const result = await site.withAgent(host, name, () => resolvedWhenWell(handle, first));
      await recordHistory(handle, 'serviceDown.agent-away');
      expect(result.outcome).toBe('healed');
      expect(host.restarts).toEqual(['kingfisher']);
    }, false);
  });
});

describe('unknownAlert', () => {
  it('records an unmapped alert and ends unresolved without touching a host', async () => {
    await site.withHost(async (_host, name) => {
      const input = incidentInput(null, {
        runbook: 'unknownAlert',
        alertname: 'Other',
        routingNote: 'no route for "Other"',
      });
      const handle = await startIncident(site.env.client, name, alert({ alertname: 'Other' }), input);
      const result = await closedByHand(handle);
      await recordHistory(handle, 'unknownAlert.recorded');
      expect(result.outcome).toBe('unresolved');
      expect(result.findings).toEqual([
        expect.objectContaining({ name: 'UnknownAlert', detail: 'no route for "Other"' }),
      ]);
    }, false);
  });
});
