import { createCoordinationActivities } from '../../../src/activities/control/coordination';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { WorkflowBundle } from '@temporalio/worker';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import {
  acknowledgedSignal,
  closedSignal,
  escalateNowSignal,
  escalatedSignal,
  escalationQuery,
} from '../../../src/workflows/messages';
import { bundleWorkflows } from '../../support/temporal/bundle';
import { MINUTE, PLAN, startEscalation, subject, everyoneTold } from '../../support/escalations';
import { recordHistory } from '../../support/temporal/record-history';
import { ScriptedControl } from '../../support/scripted/scripted-control';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';
import { tearDown, withWorker } from '../../support/temporal/workers';

/**
 * On a real server: the time-skipping one stands still while a task waits for a worker, and fails workflow tasks that
 * cancel an activity which ends at that moment.
 */
let env: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundle;
const control = new ScriptedControl();

beforeAll(async () => {
  [env, workflowBundle] = await Promise.all([startLocal(), bundleWorkflows()]);
});
afterAll(async () => {
  await tearDown(env);
});

async function withController<T>(work: () => Promise<T>): Promise<T> {
  const connection = env.nativeConnection;
  const activities = { ...createCoordinationActivities(env.client), ...control.activities() };
  return await withWorker({ connection, taskQueue: CONTROLLER_TASK_QUEUE, workflowBundle, activities }, work);
}

/**
 * Minutes 10 to 40 of the matrix are a minute and some seconds here: as long as it takes for a tier to count as late.
 */
it('a controller that was away pages the tiers that became due once each, in order, when it is back', async () => {
  const zero = Date.now() - 10 * MINUTE;
  const after = (seconds: number) => 10 * MINUTE + seconds * 1_000;
  const tiers = [
    { afterMs: after(15), notify: 'onDuty' },
    { afterMs: after(18), notify: 'other' },
    { afterMs: after(600), notify: 'engineeringManager' },
  ];
  const about = subject(zero);
  const handle = await withController(async () => {
    const started = await startEscalation(env, about, { ...PLAN, tiers, lateGraceMs: 0 });
    await waitFor(async () => (await started.query(escalationQuery)).next?.tier === 1, {
      what: 'the clock',
      deadlineMs: 60_000,
    });
    return started;
  });
  expect(control.received).toEqual([]);
  // Both tiers become due, and late, with nobody there.
  await sleep(zero + after(18) + MINUTE + 1_000 - Date.now());

  const view = await withController(async () => {
    await waitFor(() => control.tiers(about.workflowId).length >= 4, { what: 'both tiers', deadlineMs: 60_000 });
    await handle.signal(closedSignal, { outcome: 'healed', summary: '' });
    return await handle.result();
  });
  await recordHistory(handle, 'escalation.controller-away');
  expect(control.tiers(about.workflowId, 'pagerduty').map(({ tier, collapsed }) => [tier, collapsed])).toEqual([
    [1, true],
    [2, true],
  ]);
  expect(view.pages.map((page) => page.delivered)).toEqual([true, true, true, true]);
}, 180_000);

it('acknowledged again and again, its history stays bounded, and threads and pages are carried on', async () => {
  const about = subject(Date.now() - 40 * MINUTE);
  await withController(async () => {
    const first = await startEscalation(env, about, { ...PLAN, lateGraceMs: 0, lateSpacingMs: 0 }, { maxEvents: 100 });
    await waitFor(() => control.tiers(about.workflowId).length === 4, { what: 'both tiers', deadlineMs: 60_000 });
    const newest = env.client.workflow.getHandle(first.workflowId);
    const until = new Date(Date.now() + 600 * MINUTE).toISOString();
    const lengths: number[] = [];
    for (let count = 0; (await newest.describe()).runId === first.firstExecutionRunId; count++) {
      expect(count).toBeLessThan(100);
      await newest.signal(acknowledgedSignal, { as: `person ${count}`, until });
      await waitFor(async () => (await newest.query(escalationQuery)).acknowledged?.as === `person ${count}`, {
        what: 'the acknowledgement',
        deadlineMs: 60_000,
        everyMs: 5,
      });
      lengths.push((await first.describe()).historyLength);
    }
    // At twice its limit it waits for nothing any more; what came until it had stopped is on top.
    expect(Math.max(...lengths)).toBeLessThan(300);

    await newest.signal(closedSignal, { outcome: 'healed', summary: '' });
    await waitFor(async () => (await newest.describe()).status.name === 'COMPLETED', {
      what: 'the end',
      deadlineMs: 60_000,
    });
    await everyoneTold(env, first);
    await recordHistory(env.client.workflow.getHandle(first.workflowId), 'escalation.carried-on');
  });
  const threads = control.of(about.workflowId, 'tier', 'slack').map(({ key }) => `ts of ${key}`);
  expect(control.of(about.workflowId, 'closed', 'slack').map((one) => one.threadTs)).toEqual(threads);
  expect(control.of(about.workflowId, 'closed', 'pagerduty')).toHaveLength(2);
  expect(control.tiers(about.workflowId, 'pagerduty').map((one) => one.tier)).toEqual([1, 2]);
}, 180_000);

it('one whose incident is gone says whom it paged before it ends: a reset would know of it', async () => {
  const about = subject(Date.now());
  // Nobody works on it, so it only listens.
  await env.client.workflow.start('incident', { workflowId: about.workflowId, taskQueue: 'nobody', args: [] });
  control.ended.set(about.workflowId, 'TERMINATED');
  const tiers = [{ afterMs: 6_000, notify: 'engineeringManager' }];
  await withController(async () => {
    const handle = await startEscalation(env, about, { ...PLAN, tiers });
    expect(await handle.result()).toMatchObject({ closed: 'gone', pages: [{ tier: 1, delivered: true }] });
  });
  const { events = [] } = await env.client.workflow.getHandle(about.workflowId).fetchHistory();
  const heard = events!.map(({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName);
  expect(heard).toContain(escalatedSignal.name);
}, 60_000);

it('a page that is under way when it is closed is resolved afterwards, and none follows', async () => {
  const about = subject(Date.now());
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let isUnderWay = false;
  control.before = async (channel, { subject: { workflowId }, page }) => {
    if (workflowId !== about.workflowId || channel !== 'pagerduty' || page.kind !== 'tier') return;
    isUnderWay = true;
    await held;
  };
  await withController(async () => {
    const handle = await startEscalation(env, about);
    await handle.signal(escalateNowSignal, { reason: 'now' });
    await waitFor(() => isUnderWay, { what: 'the page' });
    await handle.signal(closedSignal, { outcome: 'healed', summary: '' });
    release();
    await handle.result();
    await everyoneTold(env, handle);
    await recordHistory(handle, 'escalation.closed-while-paging');
  });
  const pagerduty = control.received.filter(
    ({ workflowId, channel }) => workflowId === about.workflowId && channel === 'pagerduty',
  );
  expect(pagerduty.map(({ page }) => page.kind)).toEqual(['tier', 'closed']);
}, 60_000);
