import type { WorkflowHandle } from '@temporalio/client';
import type { FollowUpInput } from '../../../src/shared/follow-up';
import { MaintenanceSite, broken, maintenanceInput, statesOf } from '../../support/sites/maintenance-site';
import { CATALOGUE, DASHBOARDS, HEALING, USE } from '../../support/sites/monthly-site';
import { recordHistory } from '../../support/temporal/record-history';

const ALL_WELL = { 'G.6': 'done', 'G.7': 'done', 'G.8': 'done', 'G.9': 'nothingToDo', 'G.10': 'done' };

let site: MaintenanceSite;

beforeEach(async () => {
  site = await MaintenanceSite.up();
});
afterEach(async () => {
  await site?.down();
});

type Report = Awaited<ReturnType<MaintenanceSite['report']>>;
const task = (report: Report, cite: string) => report.tasks.find((one) => one.cite === cite)!;
const followUpOf = (host: string, { startedAt }: Report) => `follow-up/monthly/${host}/${startedAt.slice(0, 10)}`;

/** What the list of people's tasks was begun with. It is not part of the test: it ends here. */
async function begunWith(handle: WorkflowHandle): Promise<FollowUpInput> {
  const { events } = await handle.fetchHistory();
  await handle.terminate().catch(() => undefined);
  const { input } = events![0]!.workflowExecutionStartedEventAttributes!;
  return JSON.parse(Buffer.from(input!.payloads![0]!.data!).toString('utf8')) as FollowUpInput;
}

describe('monthly maintenance', () => {
  it('makes the five reviews of the document in order, changes nothing, tells the team and says that it was', async () => {
    await site.withHost(async (host, name) => {
      const handle = await site.start(name, {}, 'monthly');
      const report = (await handle.result()) as Report;
      await recordHistory(handle, 'monthlyMaintenance.well');
      expect(report.tasks.map(({ cite }) => cite)).toEqual(['G.6', 'G.7', 'G.8', 'G.9', 'G.10']);
      expect(statesOf(report)).toEqual(ALL_WELL);
      expect(report.tasks.flatMap(({ toDo }) => toDo ?? [])).toEqual([]);
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual([]);
      expect(site.told.map(({ title }) => title)).toEqual([`Monthly maintenance of ${name}: 5 of 5 tasks done`]);
      expect(site.pings).toBe(1);
      const left = site.client.workflow.getHandle(followUpOf(name, report)).describe();
      await expect(left).rejects.toThrow('not found');
    });
  });

  it('leaves to people what is left to do, once, in one list that outlives it', async () => {
    await site.withHost(async (host, name) => {
      host.also.observeMetricCatalogue = async () => ({ ...CATALOGUE, missing: ['up'] });
      site.reviews.observeRunbookUse = async () => ({ ...USE, unanswered: [{ alertname: 'DiskWorn', runs: 4 }] });
      const followUp = { dueInMs: 86_400_000, remindEveryMs: 3_600_000 };
      const handle = await site.start(name, { followUp }, 'monthly');
      const report = (await handle.result()) as Report;
      await recordHistory(handle, 'monthlyMaintenance.left-to-people');
      const list = site.client.workflow.getHandle(followUpOf(name, report));
      expect((await list.describe()).status.name).toBe('RUNNING');
      const { items, ...rest } = await begunWith(list);
      expect(items.map(({ key, cite, detail }) => [key, cite, detail.split(',')[0]])).toEqual([
        ['g-6', 'G.6', 'Correct 1 panel'],
        ['g-7', 'G.7', 'Map DiskWorn to a runbook (routes)'],
      ]);
      expect(rest).toMatchObject({
        ...{ title: `Monthly maintenance of ${name}`, host: name, ...followUp, team: { name: 'Platform' } },
        source: { workflowId: `maintenance/monthly/${name}` },
      });
      expect(report.notes.join()).toContain(`2 tasks for people: follow-up/monthly/${name}/`);
      expect(site.told[0]!.facts[0]!.lines.at(-1)).toMatch(/^To do: Correct 1 panel/);
    });
  });

  it('goes on beside a list of the same day', async () => {
    await site.withHost(async (host, name) => {
      host.also.observeMetricCatalogue = async () => ({ ...CATALOGUE, missing: ['up'] });
      const first = await site.report(name, {}, 'monthly');
      const handle = await site.start(name, {}, 'monthly');
      const second = (await handle.result()) as Report;
      await recordHistory(handle, 'monthlyMaintenance.list-is-open');
      expect(second.notes.join()).toContain(`${followUpOf(name, second)} is open already`);
      await begunWith(site.client.workflow.getHandle(followUpOf(name, first)));
    });
  });

  it('leaves nothing to anybody in a dry run', async () => {
    await site.withHost(async (host, name) => {
      host.also.observeMetricCatalogue = async () => ({ ...CATALOGUE, missing: ['up'] });
      const report = await site.report(name, { isDryRun: true, startedBy: 'anna' }, 'monthly');
      expect(task(report, 'G.6').toDo).toContain('Correct 1 panel');
      const left = site.client.workflow.getHandle(followUpOf(name, report)).describe();
      await expect(left).rejects.toThrow('not found');
      expect(site.pings).toBe(0);
    });
  });

  it('is due on the same day under the id of its host when its schedule starts it', async () => {
    await site.withHost(async (_host, name) => {
      const handle = await site.client.workflow.start('scheduledMaintenance', {
        workflowId: `scheduled/monthly/${name}-2026-12-06T04:00:00Z`,
        taskQueue: 'halcyon',
        args: [{ name: 'monthly', input: maintenanceInput(name) }],
      });
      const workflowId = `maintenance/monthly/${name}`;
      expect(await handle.result()).toEqual({ workflowId, state: 'ended', detail: '5 of 5 tasks done' });
    });
  });
});

describe('a review that cannot be made', () => {
  it.each([
    ['G.6', 'observeMetricCatalogue'],
    ['G.8', 'observeCapacity'],
    ['G.9', 'observeAudit'],
  ])('stops none of the others: %s, %s', async (cite, activity) => {
    await site.withHost(async (host, name) => {
      host.before = (called) => {
        if (called === activity) throw broken(`${activity} is broken`);
      };
      const handle = await site.start(name, {}, 'monthly');
      const report = (await handle.result()) as Report;
      await recordHistory(handle, `monthlyMaintenance.failed-${activity}`);
      expect(statesOf(report)).toEqual({ ...ALL_WELL, [cite]: 'failed' });
      expect(task(report, cite).detail).toContain(`${activity} is broken`);
      await begunWith(site.client.workflow.getHandle(followUpOf(name, report))).catch(() => undefined);
    });
  });

  it.each([
    ['G.6', 'observeDashboards'],
    ['G.7', 'observeRunbookUse'],
  ] as const)('stops none of the others: %s, %s of the controller', async (cite, activity) => {
    await site.withHost(async (_host, name) => {
      site.reviews[activity] = async () => {
        throw broken(`${activity} is broken`);
      };
      const handle = await site.start(name, {}, 'monthly');
      const report = (await handle.result()) as Report;
      await recordHistory(handle, `monthlyMaintenance.failed-${activity}`);
      expect(statesOf(report)).toEqual({ ...ALL_WELL, [cite]: 'failed' });
      expect(task(report, cite).detail).toContain(`${activity} is broken`);
    });
  });

  it('tells what the controller knows where the agent takes no work', async () => {
    await site.withHost(async (_host, name) => {
      const report = await site.report(name, { agentWithinMs: 500 }, 'monthly');
      expect(statesOf(report)).toMatchObject({ 'G.6': 'failed', 'G.7': 'done', 'G.8': 'failed', 'G.10': 'done' });
      expect(task(report, 'G.10').detail).toContain('Halcyon healed 2 of 2 (100 %) in four weeks');
    }, false);
  });

  it('is no failure where nobody names a dashboard', async () => {
    await site.withHost(async (_host, name) => {
      site.reviews.observeDashboards = async () => ({ ...DASHBOARDS, dashboards: [] });
      site.reviews.observeHealing = async () => ({
        ...HEALING,
        source: 'temporal',
        detail: 'there is no record (store)',
      });
      const report = await site.report(name, {}, 'monthly');
      expect(statesOf(report)).toEqual({ ...ALL_WELL, 'G.6': 'notConfigured' });
      expect(task(report, 'G.6').detail).toContain('maintenance.dashboards');
      expect(task(report, 'G.10').lines.join()).toContain('by Temporal alone');
    });
  });
});
