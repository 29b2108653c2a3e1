import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { scheduledMaintenance } from '../../../src/config';
import type { ScheduledRun } from '../../../src/config';
import { startTemporal } from '../../../lab/temporal/dev-server';
import type { TemporalServer } from '../../../lab/temporal/dev-server';
import { createClient } from '../../../src/temporal/connection';
import { applySchedules, describeSchedule, scheduleIds } from '../../../src/temporal/schedules';
import { maintenanceInput } from '../../support/sites/maintenance-site';
import { configOf } from '../../unit/config/support';
import { waitFor } from '../../support/wait-for';

/** Once a year. */
const NEVER = '0 3 1 1 *';
/** With seconds: Temporal takes more fields than halcyon.yaml. */
const EVERY_FIVE_SECONDS = '*/5 * * * * * *';

let directory: string;
let temporal: TemporalServer;
let client: Client;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'halcyon-schedules-'));
  temporal = await startTemporal({ directory, ui: false });
  client = createClient({ address: temporal.address, namespace: 'default', apiKey: null, tls: null });
});
afterAll(async () => {
  await client?.connection.close();
  await temporal?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function run(host: string, more: { cron?: string; windowMs?: number } = {}): ScheduledRun {
  const { cron = NEVER, windowMs = 3_600_000 } = more;
  const { dueAt: _, ...input } = maintenanceInput(host, { windowMs });
  return { name: 'weekly', host, cron, input };
}

const id = (host: string) => `maintenance/weekly/${host}`;
const listed = async (hosts: string[]) =>
  await waitFor(async () => (await scheduleIds(client)).join() === hosts.map(id).join(), { what: `${hosts.join()}` });

describe('halcyon schedules apply', () => {
  it('creates, leaves alone what is as it should be, changes what is not, and removes what is not wanted', async () => {
    expect(await applySchedules(client, [run('h1'), run('h2')])).toEqual([
      { id: id('h1'), what: 'created' },
      { id: id('h2'), what: 'created' },
    ]);
    await listed(['h1', 'h2']);
    expect(await applySchedules(client, [run('h1'), run('h2')])).toEqual([
      { id: id('h1'), what: 'unchanged' },
      { id: id('h2'), what: 'unchanged' },
    ]);
    await client.schedule.getHandle(id('h1')).pause('anna: storage move');
    expect(await applySchedules(client, [run('h1', { cron: '0 4 * * 0' })])).toEqual([
      { id: id('h1'), what: 'updated' },
      { id: id('h2'), what: 'removed' },
    ]);
    await listed(['h1']);
    const { state, policies, spec } = (await describeSchedule(client, id('h1')))!;
    expect(state).toMatchObject({ paused: true, note: 'anna: storage move' });
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 3_600_000 });
    expect(spec.calendars).toMatchObject([{ hour: [{ start: 4, end: 4 }] }]);
    expect(await applySchedules(client, [])).toEqual([{ id: id('h1'), what: 'removed' }]);
    await listed([]);
    expect(await applySchedules(client, [])).toEqual([]);
  });

  it('is due on the first Sunday of a month where it is monthly, and on no other day', async () => {
    const { cron } = scheduledMaintenance(configOf('hosts: {h1: {}}')).find(({ name }) => name === 'monthly')!;
    await applySchedules(client, [{ ...run('h1', { cron }), name: 'monthly' }]);
    const { info } = (await describeSchedule(client, 'maintenance/monthly/h1'))!;
    const due = info.nextActionTimes.map((at) => [at.getUTCDay(), at.getUTCDate() <= 7, at.getUTCHours()]);
    expect(due.length).toBeGreaterThan(5);
    expect(new Set(due.map(String))).toEqual(new Set(['0,true,4']));
    expect(new Set(info.nextActionTimes.map((at) => at.toISOString().slice(0, 7))).size).toBe(due.length);
    await applySchedules(client, []);
  });

  it('leaves schedules of others alone', async () => {
    const action = { type: 'startWorkflow' as const, workflowType: 'x', taskQueue: 'y', args: [] };
    await client.schedule.create({ scheduleId: 'theirs', spec: { cronExpressions: [NEVER] }, action });
    await applySchedules(client, []);
    expect(await describeSchedule(client, 'theirs')).toBeDefined();
  });
});

describe('a schedule', () => {
  afterEach(async () => {
    await applySchedules(client, []);
    const query = 'ExecutionStatus = "Running"';
    for await (const { workflowId } of client.workflow.list({ query })) {
      await client.workflow.getHandle(workflowId).terminate();
    }
  });

  const info = async (host: string) => (await describeSchedule(client, id(host)))!.info;

  it('starts none beside a run that is open, and none while it is paused', async () => {
    await applySchedules(client, [run('h3', { cron: EVERY_FIVE_SECONDS })]);
    // No controller takes it, so the first stays open.
    await waitFor(async () => (await info('h3')).numActionsSkippedOverlap >= 1, {
      what: 'a second one to be left out',
      deadlineMs: 60_000,
    });
    const { runningActions, numActionsTaken } = await info('h3');
    expect(runningActions).toHaveLength(1);
    expect(numActionsTaken).toBe(1);
    expect(runningActions[0]!.workflow.workflowId).toMatch(/^scheduled\/weekly\/h3-20/);
    await client.schedule.getHandle(id('h3')).pause('anna: storage move');
    await client.workflow.getHandle(runningActions[0]!.workflow.workflowId).terminate();
    await waitFor(async () => (await info('h3')).runningActions.length === 0, { what: 'its end', deadlineMs: 60_000 });
    const { nextActionTimes } = await info('h3');
    await waitFor(() => Date.now() > nextActionTimes[1]!.getTime(), { what: 'two more times', deadlineMs: 60_000 });
    expect((await info('h3')).numActionsTaken).toBe(1);
  });

  it('that was due while Temporal was away starts once when it is back', async () => {
    await applySchedules(client, [run('h4', { cron: EVERY_FIVE_SECONDS })]);
    const { nextActionTimes } = await info('h4');
    await temporal.stop();
    await waitFor(() => Date.now() > nextActionTimes[2]!.getTime(), { what: 'the times to pass', deadlineMs: 60_000 });
    await temporal.restart();
    await waitFor(async () => (await info('h4').catch(() => null))?.runningActions.length === 1, {
      what: 'the run that was missed',
      deadlineMs: 60_000,
    });
    const { recentActions } = await info('h4');
    expect(recentActions).toHaveLength(1);
    expect(recentActions[0]!.scheduledAt.getTime()).toBeLessThan(recentActions[0]!.takenAt.getTime());
  });
});
