import type { IncidentInput, IncidentView } from '../../../src/shared/incident';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import type { emergencyRecovery } from '../../../src/workflows';
import { closedByHand, incidentInput } from '../../support/incidents';
import { recordHistory } from '../../support/temporal/record-history';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';
import { WorkflowSite } from '../../support/sites/workflow-site';

/** On a real server, one for all: nothing here waits for time to pass, and no case leaves its time to the next. */
let site: WorkflowSite;

beforeAll(async () => {
  site = await WorkflowSite.up({ startServer: startLocal });
});
afterAll(async () => {
  await site?.down();
});

function start(host: string, recovery: NonNullable<IncidentInput['recovery']>) {
  const input = incidentInput(host, {
    runbook: 'emergencyRecovery',
    alertname: 'emergencyRecovery',
    recovery,
    startedBy: { who: 'ada', reason: 'a test' },
  });
  return site.env.client.workflow.start<typeof emergencyRecovery>('emergencyRecovery', {
    workflowId: `incident/emergencyRecovery/${host}`,
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [input],
  });
}

const EVERYTHING = { dryRun: false, onlyUnhealthy: false };
const cited = (view: IncidentView, cite: string) => view.timeline.filter((entry) => entry.cite === cite);
const names = (view: IncidentView) => view.findings.map((finding) => finding.name);

describe('section H', () => {
  it('does all nine steps, each under its own title, and touches no file while KingFisher runs', async () => {
    await site.withHost(async (host, name) => {
      const handle = await start(name, EVERYTHING);
      const view = await handle.result();
      await recordHistory(handle, 'emergencyRecovery.healed');
      expect(view.outcome).toBe('healed');
      for (let step = 1; step <= 9; step++) expect(cited(view, `H.${step}`).length).toBeGreaterThan(0);
      expect(host.touchedWhileRunning).toEqual([]);
      expect([...host.restarts].sort()).toEqual(['postgres', 'rabbitmq', 'redis']);
      expect(host.kingfisherHealthy()).toBe(true);
      expect(host.rateLimitKeys).toBe(0);
      expect(view.timeline[0]?.title).toContain('ada');
    });
  });

  it('stops a running KingFisher only when its dependencies are back and the backup is made', async () => {
    await site.withHost(async (host, name) => {
      await (await start(name, EVERYTHING)).result();
      const stop = host.calls.indexOf('ensureStopped');
      expect(host.calls.lastIndexOf('waitUntil dependency')).toBeLessThan(stop);
      expect(host.calls.indexOf('ensureBackup')).toBeLessThan(stop);
    });
  });

  it('mends a KingFisher that is down without waiting for the dependencies', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      let mended = false;
      host.before = async (activity) => {
        if (activity === 'ensurePermissions') mended = true;
        // RabbitMQ comes back only after the files were mended.
        if (activity === 'waitUntil dependency') {
          await waitFor(() => mended, { what: 'the permissions to be mended', deadlineMs: 5_000 });
        }
      };
      expect((await (await start(name, EVERYTHING)).result()).outcome).toBe('healed');
    });
  });

  it('leaves healthy dependencies alone when told so', async () => {
    await site.withHost(async (host, name) => {
      host.up.redis = false;
      const view = await (await start(name, { dryRun: false, onlyUnhealthy: true })).result();
      expect(view.outcome).toBe('healed');
      expect(host.restarts).toEqual(['redis']);
    });
  });

  it('changes nothing in a dry run and tells what it saw', async () => {
    await site.withHost(async (host, name) => {
      const handle = await start(name, { dryRun: true, onlyUnhealthy: false });
      const view = await handle.result();
      await recordHistory(handle, 'emergencyRecovery.planned');
      expect(view.outcome).toBe('planned');
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual([]);
      expect(cited(view, 'H.3')[0]?.detail).toContain('7 of 100');
      expect(cited(view, 'H.5')[0]?.detail).toContain('5 rate-limit keys');
    });
  });
});

describe('a recovery that meets trouble', () => {
  it('touches nothing on a host that does not allow it', async () => {
    await site.withHost(async (host, name) => {
      host.allow = ['restart', 'clearFiles'];
      const view = await (await start(name, EVERYTHING)).result();
      expect(view.outcome).toBe('unresolved');
      expect(names(view)).toEqual(['NotAllowed']);
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual([]);
    });
  });

  it('destroys nothing without a backup, starts KingFisher all the same and ends degraded', async () => {
    await site.withHost(async (host, name) => {
      host.before = (activity) => {
        if (activity === 'ensureBackup') throw new Error('no space left on device');
      };
      const handle = await start(name, EVERYTHING);
      const view = await handle.result();
      await recordHistory(handle, 'emergencyRecovery.degraded');
      expect(view.outcome).toBe('degraded');
      expect(host.calls).not.toContain('ensureTemporaryFilesCleared');
      expect(host.up.kingfisher).toBe(true);
      expect(cited(view, 'H.4')[0]?.status).toBe('skipped');
    });
  });

  it('goes on with the others when one dependency cannot start, and names it', async () => {
    await site.withHost(async (host, name) => {
      host.up.redis = false;
      host.masked.add('redis');
      const handle = await start(name, EVERYTHING);
      const view = await closedByHand(handle);
      await recordHistory(handle, 'emergencyRecovery.dependency-named');
      expect(view.outcome).toBe('unresolved');
      const stillDown = view.findings.find((finding) => finding.name === 'DependencyStillDown');
      expect(stillDown?.detail).toBe('redis did not come back. Its last words: redis: cannot open its configuration');
      expect(names(view)).toEqual(expect.arrayContaining(['UnitMasked', 'DependencyStillDown']));
      expect([...host.restarts].sort()).toEqual(['postgres', 'rabbitmq']);
      expect(host.up.kingfisher).toBe(true);
    });
  });

  it('names a KingFisher that cannot start', async () => {
    await site.withHost(async (host, name) => {
      host.broken.add('kingfisher');
      const handle = await start(name, EVERYTHING);
      const view = await closedByHand(handle);
      await recordHistory(handle, 'emergencyRecovery.kingfisher-named');
      expect(view.outcome).toBe('unresolved');
      expect(names(view)).toEqual(['NotInDesiredState', 'KingfisherStillDown']);
      expect(view.findings[1]?.detail).toContain('kingfisher: cannot open its configuration');
    });
  });

  it('leaves the files alone when KingFisher cannot be stopped', async () => {
    await site.withHost(async (host, name) => {
      host.before = (activity) => {
        if (activity === 'ensureStopped') throw new Error('systemctl failed');
      };
      const view = await (await start(name, EVERYTHING)).result();
      expect(view.outcome).toBe('degraded');
      expect(host.calls).not.toContain('ensurePermissions');
      expect(host.calls).not.toContain('ensureTemporaryFilesCleared');
    });
  });

  it('names exchanges that are missing', async () => {
    await site.withHost(async (host, name) => {
      host.exchangesMissing = ['kingfisher.events'];
      const view = await (await start(name, EVERYTHING)).result();
      expect(view.outcome).toBe('degraded');
      expect(names(view)).toEqual(['ExchangesMissing']);
    });
  });
});
