import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { WorkflowBundle } from '@temporalio/worker';
import { createCoordinationActivities } from '../../../src/activities/control/coordination';
import type { EscalationNews, Subject } from '../../../src/shared/paging/escalation';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import {
  acknowledgedSignal,
  askedSignal,
  closedSignal,
  escalateNowSignal,
  escalatedSignal,
  escalationQuery,
  noteSignal,
} from '../../../src/workflows/messages';
import { bundleWorkflows } from '../../support/temporal/bundle';
import { MINUTE, PLAN, everyoneTold, question, startEscalation, subject } from '../../support/escalations';
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

/** An incident that only listens: nobody works on it. */
async function listening(about: Subject): Promise<void> {
  await env.client.workflow.start('incident', { workflowId: about.workflowId, taskQueue: 'nobody', args: [] });
}

/** What a clock said to it, oldest first. */
async function heardBy({ workflowId }: Subject): Promise<EscalationNews[]> {
  const { events } = await env.client.workflow.getHandle(workflowId).fetchHistory();
  const signals = events!.flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => signal ?? []);
  return signals
    .filter(({ signalName }) => signalName === escalatedSignal.name)
    .map(({ input }) => defaultPayloadConverter.fromPayload<EscalationNews>(input!.payloads![0]!));
}

/** Activities that a run has taken back, by the number of the event that scheduled them; `scheduled`: all of them. */
async function activitiesOf(handle: WorkflowHandle): Promise<{ scheduled: string[]; takenBack: string[] }> {
  const events = (await handle.fetchHistory()).events ?? [];
  return {
    scheduled: events.filter((event) => event.activityTaskScheduledEventAttributes).map(({ eventId }) => `${eventId}`),
    takenBack: events.flatMap(({ activityTaskCancelRequestedEventAttributes: request }) =>
      request ? `${request.scheduledEventId}` : [],
    ),
  };
}

/** One person after the other acknowledges, the next when `isTaken`. Resolves with who did, when it is `enough`. */
async function acknowledgedInTurn(
  handle: WorkflowHandle,
  { isTaken, enough }: { isTaken: (people: string[]) => Promise<boolean>; enough: () => Promise<boolean> },
): Promise<string[]> {
  const people: string[] = [];
  while (!(await enough())) {
    expect(people.length).toBeLessThan(100);
    people.push(`person ${people.length}`);
    const until = new Date(Date.now() + 600 * MINUTE).toISOString();
    await handle.signal(acknowledgedSignal, { as: people.at(-1)!, until });
    const isNext = async () => (await isTaken(people)) || (await enough());
    await waitFor(isNext, { what: 'the acknowledgement', deadlineMs: 60_000, everyMs: 5 });
  }
  return people;
}

it('says to its incident who has it, and that it ran out', async () => {
  const about = subject(Date.now());
  await listening(about);
  await withController(async () => {
    const handle = await startEscalation(env, about);
    const until = new Date(Date.now() + 2_000).toISOString();
    await handle.signal(acknowledgedSignal, { as: 'anna', until });
    const isOver = async () => (await heardBy(about)).length === 2;
    await waitFor(isOver, { what: 'the acknowledgement to run out', deadlineMs: 60_000 });
    await handle.terminate();
    expect(await heardBy(about)).toMatchObject([
      { kind: 'acknowledged', as: 'anna', until },
      { kind: 'lapsed', as: 'anna' },
    ]);
  });
}, 60_000);

it('with nothing on its way goes on in a new run at its limit, and whatever it said to its incident arrives', async () => {
  const about = subject(Date.now());
  await listening(about);
  await withController(async () => {
    const first = await startEscalation(env, about, { ...PLAN, notify: 'none' }, { maxEvents: 60 });
    const newest = env.client.workflow.getHandle(first.workflowId);
    const isAnother = async () => (await newest.describe()).runId !== first.firstExecutionRunId;
    const isTaken = async (known: string[]) => (await heardBy(about)).length === known.length;
    const people = await acknowledgedInTurn(newest, { isTaken, enough: isAnother });
    const { historyLength } = await env.client.workflow
      .getHandle(first.workflowId, first.firstExecutionRunId)
      .describe();
    await waitFor(() => isTaken(people), { what: 'its incident to hear of all of them', deadlineMs: 30_000 });
    await newest.terminate();
    expect(historyLength).toBeLessThan(120);
    expect((await heardBy(about)).map((news) => 'as' in news && news.as)).toEqual(people);
  });
}, 60_000);

it('far beyond its limit takes back what is on its way, and knows in its new run what arrived all the same', async () => {
  const about = subject(Date.now());
  const held: (() => void)[] = [];
  control.before = async (_, { page, subject: { workflowId } }) => {
    if (workflowId !== about.workflowId) return;
    if (page.kind === 'acknowledged') throw new Error('away');
    if (page.kind === 'asked') await new Promise<void>((resolve) => held.push(resolve));
  };
  await withController(async () => {
    const handle = await startEscalation(env, about, { ...PLAN, onHelpless: 'onTime' }, { maxEvents: 25 });
    await handle.signal(askedSignal, question(Date.now()));
    await waitFor(() => held.length === 1, { what: 'the question' });
    const first = env.client.workflow.getHandle(handle.workflowId, handle.firstExecutionRunId);
    const newest = env.client.workflow.getHandle(handle.workflowId);
    const isAnother = async () => (await newest.describe()).runId !== handle.firstExecutionRunId;
    const isTakenBack = async () => {
      const { scheduled, takenBack } = await activitiesOf(first);
      return takenBack.includes(scheduled[0]!);
    };
    const isTaken = async (people: string[]) =>
      (await newest.query(escalationQuery)).acknowledged?.as === people.at(-1);
    await acknowledgedInTurn(newest, { isTaken, enough: async () => (await isTakenBack()) || (await isAnother()) });
    held.forEach((resolve) => resolve());
    await waitFor(isAnother, { what: 'the new run', deadlineMs: 60_000 });
    await newest.signal(noteSignal, { text: 'more' });
    const [note] = await waitFor(() => noted(about), { what: 'the note', deadlineMs: 60_000 });
    await newest.terminate();
    expect(note!.threadTs).toBe(`ts of ${control.of(about.workflowId, 'asked')[0]!.key}`);
  });
}, 120_000);

const noted = ({ workflowId }: Subject) => {
  const notes = control.of(workflowId, 'note');
  return notes.length > 0 ? notes : undefined;
};

it('one whose incident is gone says whom it paged before it ends: a reset would know of it', async () => {
  const about = subject(Date.now());
  await listening(about);
  control.ended.set(about.workflowId, 'TERMINATED');
  const tiers = [{ afterMs: 6_000, notify: 'engineeringManager' }];
  await withController(async () => {
    const handle = await startEscalation(env, about, { ...PLAN, tiers });
    expect(await handle.result()).toMatchObject({ closed: 'gone', pages: [{ tier: 1, delivered: true }] });
  });
  expect(await heardBy(about)).toContainEqual(expect.objectContaining({ kind: 'paged', tier: 1 }));
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
    await waitFor(async () => (await activitiesOf(handle)).takenBack.length > 0, { what: 'the page to be taken back' });
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
