import { randomUUID } from 'node:crypto';
import { WorkflowClient, WorkflowUpdateFailedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Worker, bundleWorkflowCode } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { createCoordinationActivities } from '../../src/activities/control/coordination';
import type { GuardView, Pause, TurnRequest } from '../../src/shared/guard';
import { guardId } from '../../src/shared/ids';
import { CONTROLLER_TASK_QUEUE } from '../../src/shared/task-queues';
import {
  guardQuery,
  pauseUpdate,
  releaseTurnSignal,
  requestTurnSignal,
  resumeUpdate,
} from '../../src/workflows/messages';
import { recordHistory } from '../support/record-history';
import { startTimeSkipping } from '../support/temporal';
import type { TakerInput, TakerResult, turnTaker } from '../support/turn-workflows';
import { waitFor } from '../support/wait-for';

const HOUR = 3_600_000;
const POLICY = { restartsPerHour: 3, flapping: { incidents: 50, withinMs: 1_800_000 }, remindEveryMs: HOUR };

let env: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundleWithSourceMap;
const reminders: { host: string; pause: Pause }[] = [];

beforeAll(async () => {
  env = await startTimeSkipping();
  const workflowsPath = require.resolve('../support/turn-workflows');
  workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
});
afterAll(() => env.teardown());
beforeEach(() => reminders.splice(0));

async function withController<T>(test: (host: string) => Promise<T>): Promise<T> {
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: CONTROLLER_TASK_QUEUE,
    workflowBundle,
    activities: {
      ...createCoordinationActivities(env.client),
      remindPause: async (input: { host: string; pause: Pause }) => void reminders.push(input),
    },
  });
  return await worker.runUntil(test(`g-${randomUUID().slice(0, 8)}`));
}

function request(more: Partial<TurnRequest> = {}): TakerInput['request'] {
  return {
    runbook: 'serviceDown',
    severity: 'critical',
    startsAt: '2026-11-23T03:00:00.000Z',
    startedBy: null,
    episodes: {},
    policy: POLICY,
    ...more,
  };
}

async function take(
  host: string,
  name: string,
  more: Partial<TakerInput> = {},
): Promise<WorkflowHandle<typeof turnTaker>> {
  const input: TakerInput = { host, request: request(), workMs: 60_000, restarts: [], ...more };
  return await env.client.workflow.start<typeof turnTaker>('turnTaker', {
    workflowId: `incident/${name}/${host}`,
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [input],
  });
}

/** Lets time pass for one after another: for several at once, the server would skip it also while a task runs. */
async function resultsOf(takers: WorkflowHandle<typeof turnTaker>[]): Promise<TakerResult[]> {
  const results: TakerResult[] = [];
  for (const taker of takers) results.push(await taker.result());
  return results;
}

/** Lets no time be skipped: what a guard remembers for an hour would be forgotten meanwhile. */
async function resultNow({ workflowId }: WorkflowHandle<typeof turnTaker>): Promise<TakerResult> {
  const client = new WorkflowClient({ connection: env.connection, namespace: env.namespace ?? 'default' });
  return await client.getHandle<typeof turnTaker>(workflowId).result();
}

const guardOf = (host: string) => env.client.workflow.getHandle(guardId(host));
const viewOf = async (host: string) => (await guardOf(host).query(guardQuery)) as GuardView;

async function holds(host: string, name: string | null): Promise<void> {
  const expected = name === null ? null : `incident/${name}/${host}`;
  await waitFor(async () => ((await viewOf(host).catch(() => null))?.holder?.incidentId ?? null) === expected, {
    what: `${name} to hold the turn of ${host}`,
  });
}

async function queued(host: string, count: number): Promise<void> {
  await waitFor(async () => (await viewOf(host)).queue.length === count, { what: `${count} to wait for ${host}` });
}

/** The guard's runs, and how long the history of each is. */
async function histories(host: string): Promise<number[]> {
  const lengths: number[] = [];
  for (let runId: string | undefined; ;) {
    const handle = env.client.workflow.getHandle(guardId(host), runId);
    const { runId: last, historyLength } = await handle.describe();
    lengths.unshift(historyLength);
    const [started] = (await handle.fetchHistory()).events ?? [];
    runId = started?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
    if (runId === undefined || runId === last) return lengths;
  }
}

function neverTogether(results: TakerResult[]): void {
  const byToken = [...results].sort((a, b) => a.token - b.token);
  for (let at = 1; at < byToken.length; at++) {
    expect(byToken[at]!.begin).toBeGreaterThanOrEqual(byToken[at - 1]!.end);
    expect(byToken[at]!.token).toBeGreaterThan(byToken[at - 1]!.token);
  }
}

describe('the guard of a host', () => {
  it('gives ten incidents their turn one after another, critical and old ones first', async () => {
    await withController(async (host) => {
      const first = await take(host, 'first', { request: request({ severity: 'warning' }) });
      await holds(host, 'first');
      const others = [];
      for (let at = 0; at < 9; at++) {
        const severity = at % 3 === 0 ? 'warning' : 'critical';
        const startsAt = `2026-11-23T03:0${9 - at}:00.000Z`;
        others.push(await take(host, `${severity}${9 - at}`, { request: request({ severity, startsAt }) }));
      }
      await queued(host, 9);
      const results = await resultsOf([first, ...others]);
      neverTogether(results);
      const order = [...results].sort((a, b) => a.token - b.token).map((one) => results.indexOf(one));
      // 1 to 9 are warning9, critical8, critical7, warning6 …
      expect(order).toEqual([0, 9, 8, 6, 5, 3, 2, 7, 4, 1]);
      await holds(host, null);
      await recordHistory(guardOf(host), 'guard.order');
    });
  });

  it('passes the turn on when its holder is terminated without a word', async () => {
    await withController(async (host) => {
      const dead = await take(host, 'dead', { workMs: 30 * 24 * HOUR });
      await holds(host, 'dead');
      const next = await take(host, 'next');
      await queued(host, 1);
      await dead.terminate();
      const { heard } = await next.result();
      expect(heard).toEqual(['queued', 'granted']);
      await recordHistory(guardOf(host), 'guard.dead-holder');
    });
  });

  it('notices a dead holder also while nobody waits', async () => {
    await withController(async (host) => {
      const dead = await take(host, 'dead', { workMs: 30 * 24 * HOUR });
      await holds(host, 'dead');
      await dead.terminate();
      await env.sleep('11 minutes');
      await holds(host, null);
    });
  });

  it('leaves the turn with a holder that works for hours', async () => {
    await withController(async (host) => {
      const slow = await take(host, 'slow', { workMs: 3 * HOUR });
      await holds(host, 'slow');
      const next = await take(host, 'next');
      await queued(host, 1);
      neverTogether(await resultsOf([slow, next]));
      expect(Math.max(...(await histories(host)))).toBeLessThan(4_096);
    });
  });

  it('keeps its budget over incidents', async () => {
    await withController(async (host) => {
      const now = { workMs: 1 };
      const first = await resultNow(await take(host, 'a', { ...now, restarts: ['kingfisher', 'kingfisher'] }));
      const more = { ...now, restarts: ['kingfisher' as const, 'kingfisher' as const, 'redis' as const] };
      const second = await resultNow(await take(host, 'b', more));
      expect(first.refused).toEqual([]);
      expect(second.refused).toEqual(['kingfisher was restarted as often as guard.restartsPerHour allows']);
      expect((await viewOf(host)).restarts).toEqual({ kingfisher: 3, redis: 1 });
    });
  });

  it('sees a host flap, and holds up no person for it', async () => {
    await withController(async (host) => {
      const policy = { ...POLICY, flapping: { incidents: 2, withinMs: HOUR } };
      const more = { workMs: 1, restarts: ['kingfisher' as const], request: request({ policy }) };
      for (const name of ['a', 'b']) {
        await resultNow(await take(host, name, more));
        await holds(host, null);
      }
      expect((await resultNow(await take(host, 'c', more))).heard).toEqual(['refused flapping']);
      const person = { ...more, request: request({ policy, startedBy: 'anna' }) };
      expect((await resultNow(await take(host, 'd', person))).heard).toEqual(['granted']);
    });
  });

  it('keeps closed episodes and tokens when its workers are replaced', async () => {
    let token = 0;
    const episodes = { fp: '2026-11-23T03:00:00.000Z' };
    const host = await withController(async (name) => {
      const more = { workMs: 1, request: request({ episodes }), closes: episodes };
      ({ token } = await resultNow(await take(name, 'a', more)));
      await holds(name, null);
      return name;
    });
    await withController(async () => {
      const late = await take(host, 'b', { workMs: 1, request: request({ episodes }) });
      expect((await resultNow(late)).heard).toEqual(['refused episodeClosed']);
      const after = await resultNow(await take(host, 'c', { workMs: 1 }));
      expect(after.token).toBeGreaterThan(token);
    });
  });
});

describe('a pause', () => {
  const pause = async (host: string, more: object = {}) =>
    await guardOf(host).executeUpdate(pauseUpdate, { args: [{ by: 'anna', reason: 'moving', for: '2h', ...more }] });

  it('is told to the holder, holds up the others, and lets them go on when somebody ends it', async () => {
    await withController(async (host) => {
      const holder = await take(host, 'holder', { waitsForResume: true });
      await holds(host, 'holder');
      const waiting = await take(host, 'waiting', { waitsForResume: true });
      await queued(host, 1);
      const { until } = await pause(host);
      expect((await viewOf(host)).pause).toMatchObject({ by: 'anna', reason: 'moving', until });
      const late = await take(host, 'late', { waitsForResume: true });
      await waitFor(async () => (await heard(late)) > 0, { what: 'the late one to be refused' });
      await guardOf(host).executeUpdate(resumeUpdate, { args: [{ by: 'bela' }] });
      const results = await resultsOf([holder, waiting, late]);
      expect(results[0]!.heard).toEqual(['granted', 'paused', 'resumed']);
      expect(results[1]!.heard.slice(0, 3)).toEqual(['queued', 'refused paused', 'resumed']);
      expect(results[2]!.heard.slice(0, 2)).toEqual(['refused paused', 'resumed']);
      neverTogether(results);
      await holds(host, null);
      await recordHistory(guardOf(host), 'guard.paused');
    });
  });

  it('reminds, and ends by itself', async () => {
    await withController(async (host) => {
      const holder = await take(host, 'holder', { waitsForResume: true });
      await holds(host, 'holder');
      await pause(host);
      const { heard: kinds, begin, end } = await holder.result();
      expect(kinds).toEqual(['granted', 'paused', 'resumed']);
      expect(end - begin).toBeGreaterThanOrEqual(2 * HOUR - 1_000);
      expect(reminders.map((one) => one.host)).toEqual([host, host]);
      expect(reminders[0]!.pause).toMatchObject({ by: 'anna', reason: 'moving' });
      expect((await viewOf(host)).pause).toBeNull();
    });
  });

  it.each([
    [{ by: ' ' }, 'by: expected a few words'],
    [{ reason: '' }, 'reason: expected a few words'],
    [{ for: 'a while' }, 'for: "a while" is no duration'],
    [{ for: '8d' }, 'for: 8d is longer'],
  ])('is refused at once with %j', async (more, words) => {
    await withController(async (host) => {
      await resultNow(await take(host, 'a', { workMs: 1 }));
      const failure = await pause(host, more).catch((err: unknown) => err as WorkflowUpdateFailedError);
      expect(failure).toBeInstanceOf(WorkflowUpdateFailedError);
      expect(String((failure as Error).cause)).toContain(words);
      expect((await viewOf(host)).pause).toBeNull();
      const resumed = guardOf(host).executeUpdate(resumeUpdate, { args: [{ by: 'anna' }] });
      await expect(resumed).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
    });
  });

  async function heard(taker: WorkflowHandle): Promise<number> {
    const { events } = await taker.fetchHistory();
    return (events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes).length;
  }
});

describe('a storm', () => {
  it('of thousands of requests keeps each history short, and what the guard knows', async () => {
    await withController(async (host) => {
      const holder = await take(host, 'holder', { workMs: 30 * 24 * HOUR });
      await holds(host, 'holder');
      const token = (await viewOf(host)).lastToken;
      const guard = guardOf(host);
      const dead = (at: number) => ({ incidentId: `incident/gone${at % 10}/${host}`, runId: randomUUID() });
      for (let at = 0; at < 3_000; at += 20) {
        await Promise.all(
          Array.from({ length: 20 }, async (_, more) => {
            const run = dead(at + more);
            await guard.signal(requestTurnSignal, { ...request(), ...run });
            await guard.signal(releaseTurnSignal, {
              ...run,
              changed: false,
              closedEpisodes: { [`fp${at + more}`]: '2026-11-23T03:00:00.000Z' },
            });
          }),
        );
      }
      await waitFor(async () => (await viewOf(host)).queue.length === 0, { what: 'the storm to be over' });
      const lengths = await histories(host);
      expect(lengths.length).toBeGreaterThan(1);
      expect(Math.max(...lengths)).toBeLessThan(4_096);
      expect(await viewOf(host)).toMatchObject({ holder: { token }, lastToken: token });
      const late = await take(host, 'late', { request: request({ episodes: { fp2999: '2026-11-23T03:00:00.000Z' } }) });
      expect((await late.result()).heard).toEqual(['refused episodeClosed']);
      await holder.terminate();
    });
  }, 300_000);
});
