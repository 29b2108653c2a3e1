import { alertSignal, timelineQuery } from '../../src/workflows/messages';
import { POLICY, alert, incidentInput, startIncident } from '../support/incidents';
import { recordHistory } from '../support/record-history';
import { waitFor } from '../support/wait-for';
import { WorkflowSite } from '../support/workflow-site';

let site: WorkflowSite;

beforeAll(async () => {
  site = await WorkflowSite.up();
});
afterAll(async () => {
  await site?.down();
});

const titles = (timeline: { title: string }[]) => timeline.map((entry) => entry.title);

describe('runbook A', () => {
  it('restarts a crashed KingFisher once, verifies and closes as healed', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      const handle = await startIncident(site.env.client, name, alert());
      const result = await handle.result();
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
      const handle = await startIncident(site.env.client, name, alert());
      const result = await handle.result();
      await recordHistory(handle, 'serviceDown.dependencies');
      expect(result.outcome).toBe('healed');
      expect(host.restarts.slice(0, 2).sort()).toEqual(['postgres', 'redis']);
      expect(host.restarts.slice(2)).toEqual(['kingfisher']);
      expect(result.findings.filter((f) => f.name === 'DependencyDown')).toHaveLength(2);
    });
  });

  it('frees space before the restart when the disk is full', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      host.diskFull = true;
      const handle = await startIncident(site.env.client, name, alert());
      const result = await handle.result();
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

  it('ends unresolved with everything it learned when nothing helps', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      host.broken.add('kingfisher');
      host.configurationValid = false;
      host.logLines = ['MemoryError'];
      const handle = await startIncident(site.env.client, name, alert());
      const result = await handle.result();
      await recordHistory(handle, 'serviceDown.unresolved');
      expect(result.outcome).toBe('unresolved');
      expect(result.measures.healthyAt).toBeNull();
      expect(result.findings.map((f) => f.name)).toEqual(
        expect.arrayContaining(['OutOfMemory', 'ConfigurationInvalid']),
      );
      expect(result.timeline.at(-1)?.cite).toBe('A.3');
      expect(host.restarts).toEqual(['kingfisher']);
    });
  });

  it('names a masked unit and does not get stuck on it', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      host.masked.add('kingfisher');
      const result = await (await startIncident(site.env.client, name, alert())).result();
      expect(result.outcome).toBe('unresolved');
      expect(result.findings.map((f) => f.name)).toContain('UnitMasked');
      expect(host.restarts).toEqual([]);
    });
  });

  it('tells what could not be observed instead of taking it for good', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      host.before = (activity) => {
        if (activity === 'observeResources') throw new Error('df: I/O error');
      };
      const result = await (await startIncident(site.env.client, name, alert())).result();
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
      expect(result.findings.map((f) => f.name)).toContain('AlertContradicted');
      expect(host.restarts).toEqual([]);
    });
  });

  it('does not call a contradiction solved by itself', async () => {
    await site.withHost(async (_host, name) => {
      const result = await (await startIncident(site.env.client, name, alert())).result();
      expect(result.outcome).toBe('unresolved');
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
      const input = incidentInput(name, { closedEpisodes: { older: '2026-01-01T00:00:00.000Z' } });
      const handle = await startIncident(site.env.client, name, first, input);
      for (let i = 0; i < 20; i++) await handle.signal(alertSignal, first).catch(() => undefined);
      const result = await handle.result();
      expect(result.alerts).toHaveLength(1);
      const { memo } = await handle.describe();
      expect(memo).toEqual({
        closedEpisodes: { older: '2026-01-01T00:00:00.000Z', [first.fingerprint]: first.startsAt },
      });
    });
  });

  it('runs the runbook again for an episode that began after health was verified', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      const first = alert();
      const next = { ...first, startsAt: new Date(Date.now() + 3_600_000).toISOString() };
      const handle = await startIncident(site.env.client, name, first);
      let crashedAgain = false;
      host.before = async (activity) => {
        if (activity !== 'waitUntilHealthy' || crashedAgain) return;
        crashedAgain = true;
        await handle.signal(alertSignal, next);
      };
      const result = await handle.result();
      await recordHistory(handle, 'serviceDown.new-episode');
      expect(titles(result.timeline)).toContain('Not healthy for good: diagnosing again');
      expect(result.alerts).toMatchObject([{ startsAt: next.startsAt, status: 'firing' }]);
      expect(result.received).toBe(2);
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
      const handle = await startIncident(site.env.client, name, alert(), impatient(name));
      await waitFor(async () => (await handle.query(timelineQuery)).state === 'waitingForAgent', {
        what: 'AgentUnreachable',
        deadlineMs: 10_000,
      });
      const view = await handle.query(timelineQuery);
      expect(view.findings.map((f) => f.name)).toEqual(['AgentUnreachable']);
      const result = await site.withAgent(host, name, () => handle.result());
      await recordHistory(handle, 'serviceDown.agent-away');
      expect(result.outcome).toBe('healed');
      expect(host.restarts).toEqual(['kingfisher']);
    }, false);
  });

  it('ends unresolved when it stays away', async () => {
    await site.withHost(async (_host, name) => {
      const result = await (await startIncident(site.env.client, name, alert(), impatient(name))).result();
      expect(result.outcome).toBe('unresolved');
      expect(result.timeline.at(-1)?.detail).toContain('took no work');
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
      const result = await handle.result();
      await recordHistory(handle, 'unknownAlert.recorded');
      expect(result.outcome).toBe('unresolved');
      expect(result.findings).toEqual([
        expect.objectContaining({ name: 'UnknownAlert', detail: 'no route for "Other"' }),
      ]);
    }, false);
  });
});
