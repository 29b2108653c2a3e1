import { guardId } from '../../../src/shared/ids';
import type { TurnRequest } from '../../../src/shared/safety/guard';
import { approveUpdate, pauseSignal, rejectUpdate, resumeSignal } from '../../../src/workflows/messages';
import { hold } from '../../support/scripted/held-activity';
import { ALL_DONE, MaintenanceSite, broken, maintenanceInput, statesOf } from '../../support/sites/maintenance-site';
import { recordHistory } from '../../support/temporal/record-history';
import { waitFor } from '../../support/wait-for';

const HOUR_MS = 3_600_000;
const CHANGES = ['ensureLogsRotated', 'ensureOldImagesRemoved', 'ensureTablesVacuumed'];

let site: MaintenanceSite;

beforeEach(async () => {
  site = await MaintenanceSite.up();
});
afterEach(async () => {
  await site?.down();
});

const task = (report: Awaited<ReturnType<MaintenanceSite['report']>>, cite: string) =>
  report.tasks.find((one) => one.cite === cite)!;

describe('weekly maintenance', () => {
  it('does the five tasks of the document in order, tells the team and says that it was', async () => {
    await site.withHost(async (host, name) => {
      const handle = await site.start(name);
      const report = await handle.result();
      await recordHistory(handle, 'weeklyMaintenance.done');
      expect(statesOf(report)).toEqual(ALL_DONE);
      expect(report).toMatchObject({ isDryRun: false, startedBy: null, undelivered: [] });
      expect(host.calls.filter((call) => CHANGES.includes(call))).toEqual(CHANGES);
      expect(site.told).toMatchObject([
        { host: name, title: `Weekly maintenance of ${name}: 5 of 5 tasks done`, team: { name: 'Platform' } },
      ]);
      expect(site.told[0]!.facts.map((fact) => fact.lines[0])).toEqual([
        'done: 300.0 MiB before, 0 B after',
        'done: 40 images removed (4.0 KiB), 0 old ones left',
        'done: 1 table vacuumed and analyzed',
        'done: 1 of 12 packages in /opt/kingfisher/venv are outdated',
        'done: 17 requests were refused in 168 h, by Prometheus',
      ]);
      expect(site.pings).toBe(1);
      expect(report.tasks.flatMap(({ changes = [] }) => changes)).toMatchObject([
        {
          n: 0,
          cite: 'G.1',
          title: 'Rotate the logs',
          status: 'done',
          who: 'its schedule',
          after: expect.anything() as object,
        },
        { n: 1, cite: 'G.2', title: 'Remove old images', status: 'done', before: expect.anything() as object },
        { n: 2, cite: 'G.3', title: 'VACUUM (ANALYZE)', status: 'done', why: expect.any(String) as string },
      ]);
    });
  });

  it('changes nothing in a dry run, and says what it would do; no incident holds it up, and nobody takes it for a run', async () => {
    await site.withHost(async (host, name) => {
      site.open = ['incident/A/h1'];
      const handle = await site.start(name, { isDryRun: true, startedBy: 'anna' });
      const report = await handle.result();
      await recordHistory(handle, 'weeklyMaintenance.dry-run');
      expect(statesOf(report)).toEqual({ ...ALL_DONE, 'G.1': 'planned', 'G.2': 'planned', 'G.3': 'planned' });
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual([]);
      expect(site.pings).toBe(0);
    });
  });

  it('says that /metrics counts since the last start where there is no Prometheus', async () => {
    await site.withHost(async (host, name) => {
      const { observeSeries } = host.also;
      host.also.observeSeries = async (request) => ({ ...(await observeSeries!(request)), source: 'metrics' });
      expect(task(await site.report(name), 'G.5').detail).toBe(
        "17 requests were refused since KingFisher's last start, by its own /metrics",
      );
    });
  });

  it('goes on without a host that asks for nothing', async () => {
    await site.withHost(async (host, name) => {
      for (const activity of Object.keys(host.also)) delete host.also[activity as keyof typeof host.also];
      const report = await site.report(name);
      expect(Object.values(statesOf(report)).slice(0, 4)).toEqual(Array(4).fill('notConfigured'));
      expect(site.told).toHaveLength(1);
    });
  });
});

describe('a task that fails', () => {
  it.each([
    ['G.1', 'observeLogSizes'],
    ['G.1', 'ensureLogsRotated'],
    ['G.2', 'observeOldImages'],
    ['G.2', 'ensureOldImagesRemoved'],
    ['G.3', 'observeTables'],
    ['G.3', 'ensureTablesVacuumed'],
    ['G.4', 'observeOutdatedPackages'],
    ['G.5', 'observeSeries'],
  ])('stops none of the others: %s, %s', async (cite, activity) => {
    await site.withHost(async (host, name) => {
      host.before = (called) => {
        if (called === activity) throw broken(`${activity} is broken`);
      };
      const handle = await site.start(name);
      const report = await handle.result();
      await recordHistory(handle, `weeklyMaintenance.failed-${activity}`);
      expect(statesOf(report)).toEqual({ ...ALL_DONE, [cite]: 'failed' });
      expect(task(report, cite).detail).toContain(`${activity} is broken`);
      expect(site.told[0]!.title).toContain('4 of 5 tasks done, 1 failed');
      expect(site.pings).toBe(1);
    });
  });

  it('is told as such where the agent takes no work', async () => {
    await site.withHost(async (_host, name) => {
      const report = await site.report(name, { agentWithinMs: 500 });
      expect(new Set(Object.values(statesOf(report)))).toEqual(new Set(['failed']));
      expect(task(report, 'G.4').detail).toContain('timed out');
    }, false);
  });

  it('is no failure of the run where nobody can be told', async () => {
    await site.withHost(async (_host, name) => {
      site.before = () => {
        throw broken('Slack has no token', 'PageNotDelivered');
      };
      const report = await site.report(name);
      expect(statesOf(report)).toEqual(ALL_DONE);
      expect(report.undelivered).toEqual(['The message: Slack has no token', 'The sign of life: Slack has no token']);
    });
  });
});

describe('an incident that is open on the host', () => {
  it('is waited for: nothing is changed before its end', async () => {
    await site.withHost(async (host, name) => {
      site.open = [`incident/KingfisherServiceDown/${name}`];
      const handle = await site.start(name);
      await site.until(
        handle,
        'the run to wait',
        ({ waitsFor }) => waitsFor?.includes('KingfisherServiceDown') === true,
      );
      await site.env.sleep('30m');
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual([]);
      site.open = [];
      const report = await handle.result();
      await recordHistory(handle, 'weeklyMaintenance.incident-open');
      expect(statesOf(report)).toEqual(ALL_DONE);
      expect(report.notes.join()).toContain(`Waits for the end of incident/KingfisherServiceDown/${name}`);
    });
  });

  it('outlasts the window: the changes are not done, what only looks is', async () => {
    await site.withHost(async (host, name) => {
      site.open = [`incident/KingfisherServiceDown/${name}`];
      const report = await site.report(name, { windowMs: HOUR_MS });
      const notDone = { 'G.1': 'notDone', 'G.2': 'notDone', 'G.3': 'notDone' };
      expect(statesOf(report)).toEqual({ ...ALL_DONE, ...notDone });
      expect(task(report, 'G.3').detail).toMatch(/^the window was over: waited for the end of incident/);
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual([]);
    });
  });

  it('outlasts a window that was nearly over when an outage ended', async () => {
    await site.withHost(async (_host, name) => {
      site.open = [`incident/KingfisherServiceDown/${name}`];
      const now = await site.env.currentTimeMs();
      const dueAt = new Date(now - 6 * HOUR_MS + 60_000).toISOString();
      const report = await site.report(name, { dueAt });
      expect(Date.parse(report.endedAt!) - now).toBeLessThan(HOUR_MS);
    });
  });
});

describe('the guard', () => {
  const of = (name: string) => site.client.workflow.getHandle(guardId(name));
  /** What a guard is told before it knows its host makes it tell the host twice: see time-skipping-retry.ts. */
  const startGuard = async (name: string, signal: string, argument: object) => {
    const guard = await site.client.workflow.signalWithStart('guard', {
      workflowId: guardId(name),
      taskQueue: 'halcyon',
      args: [{ host: name }],
      signal: resumeSignal.name,
      signalArgs: [{ by: 'nobody' }],
    });
    const knowsHost = async () =>
      (await guard.fetchHistory()).events!.some((event) => Boolean(event.activityTaskCompletedEventAttributes));
    await waitFor(knowsHost, { what: 'the guard to know its host' });
    await guard.signal(signal, argument);
  };

  it('that is paused is obeyed: the changes come after the pause', async () => {
    await site.withHost(async (host, name) => {
      await startGuard(name, pauseSignal.name, { by: 'anna', reason: 'storage move', for: '2h' });
      const handle = await site.start(name);
      await site.until(handle, 'the run to wait', ({ waitsFor }) => waitsFor?.includes('storage move') === true);
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual([]);
      await of(name).signal(resumeSignal, { by: 'anna' });
      const report = await handle.result();
      await recordHistory(handle, 'weeklyMaintenance.paused');
      expect(statesOf(report)).toEqual(ALL_DONE);
    });
  });

  it('that stays paused beyond the window: nothing is changed', async () => {
    await site.withHost(async (host, name) => {
      await startGuard(name, pauseSignal.name, { by: 'anna', reason: 'storage move', for: '2d' });
      const handle = await site.start(name, { windowMs: HOUR_MS });
      await site.until(handle, 'the run to wait', ({ waitsFor }) => waitsFor?.includes('storage move') === true);
      const report = await handle.result();
      expect(task(report, 'G.1')).toMatchObject({ state: 'notDone' });
      expect(task(report, 'G.1').detail).toContain('storage move');
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual([]);
    });
  });

  it('whose host is paused by its file: tried again until it may be', async () => {
    await site.withHost(async (host, name) => {
      let refusals = 2;
      host.before = (activity) => {
        if (activity === 'ensureLogsRotated' && refusals-- > 0) throw broken('paused: somebody works here', 'Paused');
      };
      const report = await site.report(name);
      expect(statesOf(report)).toEqual(ALL_DONE);
      expect(report.notes.join()).toContain('Rotate the logs: held up, and tried again: paused: somebody works here');
    });
  });

  it('lets a service that is down go first: a VACUUM is called off, and begun again', async () => {
    await site.withHost(async (host, name) => {
      const vacuum = hold(host, 'ensureTablesVacuumed');
      const handle = await site.start(name);
      await waitFor(() => vacuum.begun() === 1, { what: 'the VACUUM', deadlineMs: 60_000 });
      const urgent: TurnRequest = {
        ...{ incidentId: `incident/A/${name}`, runId: 'r1', runbook: 'serviceDown', severity: 'critical' },
        ...{ startsAt: new Date().toISOString(), startedBy: null },
        policy: { restartsPerHour: 3, flapping: { incidents: 100, withinMs: HOUR_MS }, remindEveryMs: HOUR_MS },
      };
      await of(name).signal('requestTurn', urgent);
      // That incident is none, so the guard soon takes its turn back.
      await site.until(handle, 'it to give way', ({ notes }) => notes.join().includes('gave way'));
      vacuum.free();
      const report = await handle.result();
      await recordHistory(handle, 'weeklyMaintenance.gave-way');
      expect(statesOf(report)).toEqual(ALL_DONE);
      expect(report.notes.join()).toContain(`gave way to incident/A/${name}`);
      expect(vacuum.begun()).toBe(2);
    });
  });
});

describe('images above the cap', () => {
  const many = { files: 500, bytes: 5_120, limit: 100, approvedLimit: 1_000 };
  const writtenBefore = '2026-11-22T03:00:00.000Z';

  it('go when a person says yes, exactly those that were counted', async () => {
    await site.withHost(async (host, name) => {
      host.also.observeOldImages = async () => ({ ...many, writtenBefore, notes: [] });
      const asked: object[] = [];
      const { ensureOldImagesRemoved } = host.also;
      host.also.ensureOldImagesRemoved = async (input) => {
        asked.push(input);
        return await ensureOldImagesRemoved!(input);
      };
      const handle = await site.start(name);
      await waitFor(() => site.told.length === 1, { what: 'the question', deadlineMs: 60_000 });
      const { title, facts } = site.told[0]!;
      expect(title).toBe(`Weekly maintenance of ${name} asks: Remove old images?`);
      expect(facts.at(-1)!.commands).toEqual([
        expect.stringMatching(new RegExp(`^halcyon approve maintenance/weekly/${name} --hash [0-9a-f]{8}$`)),
      ]);
      await handle.executeUpdate(approveUpdate, { args: [{ as: 'anna' }] });
      const report = await handle.result();
      await recordHistory(handle, 'weeklyMaintenance.approved');
      expect(statesOf(report)).toEqual(ALL_DONE);
      expect(asked).toMatchObject([{ approved: 500, writtenBefore }]);
      expect(report.approvals).toMatchObject([{ state: 'approved', answeredBy: 'anna' }]);
    });
  });

  it.each([
    ['a no', 'rejected', 'anna said no'],
    ['silence', 'expired', 'nobody said yes within the window'],
  ])('stay on %s', async (_what, state, words) => {
    await site.withHost(async (host, name) => {
      host.also.observeOldImages = async () => ({ ...many, writtenBefore, notes: [] });
      const handle = await site.start(name);
      await waitFor(() => site.told.length === 1, { what: 'the question', deadlineMs: 60_000 });
      if (state === 'rejected') await handle.executeUpdate(rejectUpdate, { args: [{ as: 'anna' }] });
      const report = await handle.result();
      expect(report.approvals).toMatchObject([{ state }]);
      expect(task(report, 'G.2')).toMatchObject({ state: 'notDone' });
      expect(task(report, 'G.2').detail).toContain(words);
      expect(host.calls).not.toContain('ensureOldImagesRemoved');
    });
  });

  it('are not even asked about where they are more than may ever be removed', async () => {
    await site.withHost(async (host, name) => {
      host.also.observeOldImages = async () => ({ ...many, files: 1_001, writtenBefore, notes: [] });
      const report = await site.report(name);
      expect(task(report, 'G.2')).toMatchObject({ state: 'notDone' });
      expect(report.approvals).toEqual([]);
    });
  });
});

describe('by its schedule', () => {
  const scheduled = async (host: string) =>
    await site.client.workflow.start('scheduledMaintenance', {
      workflowId: `scheduled/weekly/${host}-2026-11-29T03:00:00Z`,
      taskQueue: 'halcyon',
      args: [{ name: 'weekly', input: maintenanceInput(host) }],
    });

  it('runs under the id of its host', async () => {
    await site.withHost(async (_host, name) => {
      const handle = await scheduled(name);
      const workflowId = `maintenance/weekly/${name}`;
      expect(await handle.result()).toEqual({ workflowId, state: 'ended', detail: '5 of 5 tasks done' });
      await recordHistory(handle, 'scheduledMaintenance.ended');
    });
  });

  it('starts none beside one that a person started', async () => {
    await site.withHost(async (_host, name) => {
      site.open = ['incident/A/h1'];
      const byHand = await site.start(name, { startedBy: 'anna' });
      const handle = await scheduled(name);
      expect(await handle.result()).toMatchObject({ state: 'skipped' });
      await recordHistory(handle, 'scheduledMaintenance.skipped');
      site.open = [];
      expect(statesOf(await byHand.result())).toEqual(ALL_DONE);
    });
  });
});
