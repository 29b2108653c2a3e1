import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { WorkflowBundle } from '@temporalio/worker';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { AlertDispatcher } from '../../../src/intake/incident-starter';
import type { DeliveryOutcome } from '../../../src/intake/delivery';
import { createIntakeServer } from '../../../src/intake/server';
import type { Alert } from '../../../src/shared/alert';
import { COPIES_WITHIN_MS } from '../../../src/shared/episode';
import type { IncidentInput, IncidentView } from '../../../src/shared/incident';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import { Alertmanager, Sender } from '../../support/alerts/alertmanager';
import type { PostedAlert } from '../../support/alerts/alertmanager';
import { bundleWorkflows } from '../../support/temporal/bundle';
import { POLICY } from '../../support/incidents';
import { SAFETY } from '../../support/safety';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';
import { tearDown, withWorker } from '../../support/temporal/workers';

const MINUTE_MS = 60_000;

let folder: string;
let env: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundle;
let intake: FastifyInstance;
let alertmanager: Alertmanager;
/** How far intake's clock is ahead of the world's. */
let aheadMs = 0;
/** What intake took, and what became of it. */
const taken: { alert: Alert; outcome: DeliveryOutcome }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'halcyon-episodes-'));
  workflowBundle = await bundleWorkflows();
  env = await startLocal();
  const now = () => Date.now() + aheadMs;
  const logger = pino({ level: 'silent' });
  const starter = new AlertDispatcher({
    client: env.client,
    // No host and no route: each alert is an incident that is open until Alertmanager says that it is resolved.
    table: { hosts: {}, routes: {} },
    policiesOf: () => ({ policy: POLICY, safety: SAFETY }),
    logger,
    timeoutMs: 30_000,
    registerSearchAttributes: () => Promise.reject(new Error('they are registered')),
    now,
  });
  intake = createIntakeServer({
    settings: { token: null, bodyLimitBytes: 1_000_000 },
    starter: {
      deliver: async (alerts) => {
        const deliveries = await starter.deliver(alerts);
        alerts.forEach((alert, index) => taken.push({ alert, outcome: deliveries[index]!.outcome }));
        return deliveries;
      },
    },
    isTemporalReachable: () => Promise.resolve(true),
    logger,
    now,
  });
  await intake.listen({ host: '127.0.0.1', port: 0 });
  const { port } = intake.server.address() as AddressInfo;
  alertmanager = await Alertmanager.start({
    directory: folder,
    webhookUrl: `http://127.0.0.1:${port}/api/v1/alerts`,
  });
});

afterEach(() => {
  aheadMs = 0;
});

afterAll(async () => {
  await alertmanager?.stop();
  await intake?.close();
  await tearDown(env);
  await rm(folder, { recursive: true, force: true });
});

async function withController<T>(test: () => Promise<T>): Promise<T> {
  const connection = env.nativeConnection;
  return await withWorker({ connection, taskQueue: CONTROLLER_TASK_QUEUE, workflowBundle }, test);
}

function incident(alertname: string, runId?: string) {
  return env.client.workflow.getHandle(`incident/${alertname}/unknown`, runId);
}

async function newestRun(alertname: string) {
  return await incident(alertname)
    .describe()
    .catch(() => undefined);
}

/** The run after `earlier`, or the first, once there is one. */
async function nextRun(alertname: string, earlier?: string): Promise<string> {
  const next = async () => {
    const run = await newestRun(alertname);
    return run !== undefined && run.runId !== earlier ? run.runId : undefined;
  };
  return await waitFor(next, { what: `an incident of ${alertname}`, deadlineMs: 30_000 });
}

async function closed(alertname: string, runId: string): Promise<IncidentView> {
  return (await incident(alertname, runId).result()) as IncidentView;
}

async function inputOf(alertname: string, runId: string): Promise<IncidentInput> {
  const { events } = await incident(alertname, runId).fetchHistory();
  const data = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
  return JSON.parse(Buffer.from(data ?? []).toString()) as IncidentInput;
}

/** Waits for the next alert of that name that Alertmanager sends and intake takes. */
async function untilTaken(alertname: string, is: (one: (typeof taken)[number]) => boolean): Promise<void> {
  const before = taken.length;
  const isThere = () =>
    Promise.resolve(taken.slice(before).some((one) => one.alert.alertname === alertname && is(one)) || undefined);
  await waitFor(isThere, { what: `${alertname} to be taken`, deadlineMs: 30_000 });
}

/** An alert that began `minutes` after now by its sender's clock, which says until when it counts, as Prometheus does. */
function posted(alertname: string, minutes = 0, until = minutes + 60): PostedAlert {
  const at = (more: number) => new Date(Date.now() + more * MINUTE_MS).toISOString();
  return { labels: { alertname }, startsAt: at(minutes), endsAt: at(until) };
}

function resolved(alert: PostedAlert): PostedAlert {
  return { ...alert, endsAt: new Date().toISOString() };
}

/** What fires again clearly after its end is looked at by a new incident that knows why. */
async function expectRevisit(alertname: string, earlier: string): Promise<void> {
  aheadMs = COPIES_WITHIN_MS + MINUTE_MS;
  const runId = await nextRun(alertname, earlier);
  expect(await inputOf(alertname, runId)).toMatchObject({ revisit: true });
  await incident(alertname).terminate('end of test');
}

test('an alert that Alertmanager let expire and its sender fires again', async () => {
  await withController(async () => {
    const { endsAt: _, ...alert } = posted('Expired', -1);
    await alertmanager.post(alert);
    const first = await nextRun('Expired');
    await closed('Expired', first);

    // Intake passes nothing on twice within 30 s.
    aheadMs = MINUTE_MS;
    const sender = new Sender(alertmanager, alert);
    try {
      // So soon after its end it is taken for a copy.
      await untilTaken('Expired', ({ outcome }) => outcome === 'closedEpisode');
      expect((await newestRun('Expired'))?.runId).toBe(first);
      await expectRevisit('Expired', first);
    } finally {
      await sender.stop();
    }
  });
});

test('two senders with clocks apart are one incident, which ends with either', async () => {
  await withController(async () => {
    const alert = posted('ClocksApart', -1, 1);
    await alertmanager.post(alert);
    const runId = await nextRun('ClocksApart');
    // Alertmanager keeps one of the two, and says the start of that one.
    await alertmanager.post(posted('ClocksApart', 2, 3));
    await untilTaken('ClocksApart', ({ alert: { claimedStart } }) => claimedStart !== undefined);
    await alertmanager.post(resolved(alert));

    const view = await closed('ClocksApart', runId);
    expect(view.alerts).toMatchObject([{ status: 'resolved', claimedStart: expect.any(String) }]);
    expect(view.findings.map(({ name }) => name)).toContain('StartClamped');
    expect((await newestRun('ClocksApart'))?.runId).toBe(runId);
  });
});

test('Alertmanager restarted: the incident goes on and ends, and a firing long after its end is looked at', async () => {
  await withController(async () => {
    const alert = posted('Restarted', -1);
    let sender = new Sender(alertmanager, alert);
    let runId: string;
    try {
      runId = await nextRun('Restarted');
      await alertmanager.restart();
      await untilTaken('Restarted', ({ alert: { status } }) => status === 'firing');
      expect(await newestRun('Restarted')).toMatchObject({ runId, status: { name: 'RUNNING' } });
    } finally {
      await sender.stop();
    }
    await alertmanager.post(resolved(alert));
    expect((await closed('Restarted', runId)).alerts).toMatchObject([{ status: 'resolved' }]);

    await alertmanager.restart();
    sender = new Sender(alertmanager, alert);
    try {
      await expectRevisit('Restarted', runId);
    } finally {
      await sender.stop();
    }
  });
});

test('a start in the year 9998 keeps no later episode from being started', async () => {
  await withController(async () => {
    await alertmanager.post({
      labels: { alertname: 'Year9998' },
      startsAt: '9998-01-01T00:00:00Z',
      endsAt: '9999-01-01T00:00:00Z',
    });
    const first = await nextRun('Year9998');
    const real = posted('Year9998', -1);
    await alertmanager.post(resolved(real));
    const view = await closed('Year9998', first);
    expect(Date.parse(view.startsAt)).toBeLessThanOrEqual(Date.now());
    expect(view.findings.map(({ name }) => name)).toContain('StartClamped');

    await alertmanager.post(posted('Year9998', 0));
    const second = await nextRun('Year9998', first);
    expect(await inputOf('Year9998', second)).not.toHaveProperty('revisit');
    await incident('Year9998').terminate('end of test');
  });
});
