import { createCoordinationActivities } from '../../../src/activities/control/coordination';
import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { RoutingTable } from '../../../src/alerts/routing';
import { AlertDispatcher } from '../../../src/intake/incident-starter';
import type { Delivery } from '../../../src/intake/delivery';
import type { IncidentStarter, IncidentStarterOptions } from '../../../src/intake/incident-starter';
import type { Alert } from '../../../src/shared/alert';
import type { IncidentInput, IncidentMemo, IncidentView } from '../../../src/shared/incident';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import { bundleWorkflows } from '../../support/temporal/bundle';
import { POLICY, alert } from '../../support/incidents';
import { SAFETY } from '../../support/safety';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';
import { tearDown, withWorker } from '../../support/temporal/workers';

const TABLE: RoutingTable = {
  hosts: { h1: { instances: ['h1:8201'], services: [] } },
  routes: { KingfisherServiceDown: 'serviceDown' },
};

let env: TestWorkflowEnvironment;

beforeAll(async () => {
  env = await startLocal();
});

afterAll(() => tearDown(env));

/** As an intake process has one: nothing is shared with another but Temporal. */
function intake(options: Partial<IncidentStarterOptions> = {}): IncidentStarter {
  return new AlertDispatcher({
    client: env.client,
    table: TABLE,
    policiesOf: () => ({ policy: POLICY, safety: SAFETY }),
    logger: { info: () => undefined, warn: () => undefined },
    timeoutMs: 30_000,
    registerSearchAttributes: () => Promise.reject(new Error('they are registered')),
    ...options,
  });
}

/** An alert of an incident of its own. */
function named(alertname: string, overrides: Partial<Alert> = {}): Alert {
  return alert({ alertname, labels: { alertname, instance: 'h1:8201', severity: 'warning' }, ...overrides });
}

/** It fires and is resolved in one message: its incident ends as soon as it has read both. */
function brief(firing: Alert): Alert[] {
  return [firing, { ...firing, status: 'resolved' }];
}

function incident(alertname: string) {
  return env.client.workflow.getHandle(`incident/${alertname}/h1`);
}

/** What its latest run was told, in order. */
async function signalsOf(alertname: string): Promise<Alert['status'][]> {
  const { events } = await incident(alertname).fetchHistory();
  return (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => {
    const data = signal?.input?.payloads?.[0]?.data;
    if (data === undefined || data === null) return [];
    return (JSON.parse(Buffer.from(data).toString()) as Alert[]).map((alert) => alert.status);
  });
}

/** Run ids of the incident, once visibility has them. */
async function runsOf(alertname: string): Promise<string[]> {
  const runs: string[] = [];
  for await (const run of env.client.workflow.list({ query: `WorkflowId = 'incident/${alertname}/h1'` })) {
    runs.push(run.runId);
  }
  return runs;
}

async function withController<T>(test: () => Promise<T>): Promise<T> {
  const workflowBundle = await bundleWorkflows();
  const connection = env.nativeConnection;
  const activities = createCoordinationActivities(env.client);
  return await withWorker({ connection, taskQueue: CONTROLLER_TASK_QUEUE, workflowBundle, activities }, test);
}

/** A client of which `before` runs between its last look and its first start. */
function clientThatIsLate(before: () => Promise<unknown>): Client {
  let pending: typeof before | undefined = before;
  const workflow = Object.create(env.client.workflow) as Client['workflow'];
  workflow.signalWithStart = (async (...args: Parameters<Client['workflow']['signalWithStart']>) => {
    await pending?.();
    pending = undefined;
    return await env.client.workflow.signalWithStart(...args);
  }) as Client['workflow']['signalWithStart'];
  return { connection: env.client.connection, workflow } as Client;
}

function outcomes(deliveries: Delivery[]): string[] {
  return deliveries.map((delivery) => delivery.outcome);
}

describe('while nobody runs the workflows, so that incidents stay open', () => {
  test('a thousand duplicates at two intakes are one run with a handful of signals', async () => {
    const firing = named('Storm');
    const resolved = { ...firing, status: 'resolved' as const };
    const intakes = [intake(), intake()];
    const posts = Array.from({ length: 1_000 }, (_, index) => ({ by: intakes[index % 2]!, what: firing }));
    for (const by of intakes) posts.splice(Math.floor(Math.random() * 1_000), 0, { by, what: resolved });

    const answers = await Promise.all(posts.map(({ by, what }) => by.deliver([what])));

    expect(answers.flat()).toHaveLength(1_002);
    const signals = await signalsOf('Storm');
    expect(signals.filter((status) => status === 'firing').length).toBeLessThanOrEqual(2);
    expect(signals).toContain('resolved');
    expect(signals.length).toBeLessThanOrEqual(6);
    await incident('Storm').terminate();
    const listed = await waitFor(async () => (await runsOf('Storm')).length, { what: 'the run to be listed' });
    expect(listed).toBe(1);
  });

  test('alerts of one incident arrive in their order', async () => {
    const firing = named('Ordered');
    const answer = await intake().deliver([firing, { ...firing, status: 'resolved' }]);
    expect(outcomes(answer)).toEqual(['started', 'signalled']);
    expect(await signalsOf('Ordered')).toEqual(['firing', 'resolved']);
    await incident('Ordered').terminate();
  });

  test('a resolved alert that comes before its firing one reaches the incident all the same', async () => {
    const starter = intake();
    const firing = named('Reordered');
    expect(outcomes(await starter.deliver([{ ...firing, status: 'resolved' }]))).toEqual(['nothingOpen']);
    expect(outcomes(await starter.deliver([firing]))).toEqual(['started']);
    expect(await signalsOf('Reordered')).toEqual(['firing', 'resolved']);
    await incident('Reordered').terminate();
  });

  const EARLIER = { earlier: { startsAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T01:00:00.000Z' } };

  test('a terminated incident does not count as closing its episode, and what earlier ones closed is kept', async () => {
    const firing = named('Terminated');
    await env.client.workflow.start('unknownAlert', {
      workflowId: 'incident/Terminated/h1',
      taskQueue: CONTROLLER_TASK_QUEUE,
      memo: { closedEpisodes: EARLIER } satisfies IncidentMemo,
    });
    await incident('Terminated').terminate();
    expect(outcomes(await intake().deliver([firing]))).toEqual(['started']);
    const { memo } = await incident('Terminated').describe();
    expect(memo).toEqual({ closedEpisodes: EARLIER });
    await incident('Terminated').terminate();
  });

  test('hostile text is accepted, within the sizes that Temporal allows', async () => {
    const hostile = '界|`<b>[x](http://evil)"\\'.repeat(500);
    const firing = named('Hostile', {
      labels: { alertname: 'Hostile', instance: 'h1:8201', severity: hostile, [hostile]: hostile },
      annotations: Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`a${n}`, hostile])),
    });
    firing.annotations['summary'] = hostile;
    expect(outcomes(await intake().deliver([firing]))).toEqual(['started']);
    const description = await incident('Hostile').describe();
    expect(Buffer.byteLength((await description.staticDetails()) ?? '')).toBeLessThanOrEqual(20_000);
    expect(Buffer.byteLength(JSON.stringify(await description.staticSummary()))).toBeLessThanOrEqual(400);
    await incident('Hostile').terminate();
  });

  test('a mapped alert starts its runbook with what it needs', async () => {
    await intake().deliver([alert()]);
    const handle = incident('KingfisherServiceDown');
    const { type, taskQueue } = await handle.describe();
    expect({ type, taskQueue }).toEqual({ type: 'serviceDown', taskQueue: CONTROLLER_TASK_QUEUE });
    const { events } = await handle.fetchHistory();
    const data = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
    const input = JSON.parse(Buffer.from(data ?? []).toString()) as IncidentInput;
    expect(input).toMatchObject({ runbook: 'serviceDown', host: 'h1', policy: POLICY, closedEpisodes: {} });
    await handle.terminate();
  });
});

test('incidents that end at once: several intakes start one run per episode, and none for an episode that is over', async () => {
  await withController(async () => {
    const names = Array.from({ length: 20 }, (_, n) => `Brief${n}`);
    const episode = names.map((name) => named(name));
    const intakes = Array.from({ length: 6 }, () => intake());
    const answers = await Promise.all(
      episode.flatMap((firing) => intakes.map(async (starter) => await starter.deliver(brief(firing)))),
    );
    expect(answers.flat()).toHaveLength(names.length * intakes.length * 2);
    const views = await Promise.all(names.map((name) => incident(name).result() as Promise<IncidentView>));
    expect(new Set(views.map((view) => view.outcome))).toEqual(new Set(['selfHealed']));
    const listed = async () => (await Promise.all(names.map(runsOf))).map((runs) => runs.length);
    await waitFor(async () => (await listed()).every((count) => count >= 1), { what: 'all runs to be listed' });
    expect(await listed()).toEqual(names.map(() => 1));

    const late = await intake().deliver(episode);
    expect(new Set(outcomes(late))).toEqual(new Set(['closedEpisode']));

    const again = named('Brief0', { startsAt: new Date(Date.now() + 1_000).toISOString() });
    expect(outcomes(await intake().deliver(brief(again)))).toEqual(['started', 'signalled']);
    await incident('Brief0').result();
    const { memo } = await incident('Brief0').describe();
    expect(memo).toMatchObject({ closedEpisodes: { [again.fingerprint]: { startsAt: again.startsAt } } });
  });
});

test.each([['Fresh'], ['AfterFailure']])('%s: another intake starts it and it ends since we looked', async (name) => {
  if (name === 'AfterFailure') {
    await intake().deliver([named(name, { startsAt: '2026-01-01T00:00:00.000Z' })]);
    await incident(name).terminate();
  }
  await withController(async () => {
    const firing = named(name);
    const client = clientThatIsLate(async () => {
      expect(outcomes(await intake().deliver(brief(firing)))).toEqual(['started', 'signalled']);
      await incident(name).result();
    });
    expect(outcomes(await intake({ client }).deliver([firing]))).toEqual(['closedEpisode']);
  });
});
