import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { PATIENT_GUARD, startStack } from '../../../lab/stack';
import type { Stack } from '../../../lab/stack';
import { startTemporal } from '../../../lab/temporal/dev-server';
import type { TemporalServer } from '../../../lab/temporal/dev-server';
import { incidentWorkflowId } from '../../../src/alerts/incident-id';
import type { IncidentInput, IncidentMemo, IncidentView } from '../../../src/shared/incident';
import { searchAttributes } from '../../../src/shared/search-attributes';
import { createClient } from '../../../src/temporal/connection';
import { requireBuild } from '../../support/build';
import { halcyon } from '../../support/command-line';
import type { CommandResult } from '../../support/command-line';
import { post, startIntake, startSecondIntake, statusOf } from '../../support/sites/intake-process';
import type { Answer, Door, IntakeProcess } from '../../support/sites/intake-process';
import { shuffled } from '../../../lab/support/random';
import { closedByHand } from '../../support/incidents';
import { waitFor } from '../../support/wait-for';
import { webhookMessage } from '../../support/alerts/webhook';

const UNHANDLED_COMMAND = temporal.api.enums.v1.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND;
const EPISODE = '2026-11-23T10:00:00.000Z';
const NEXT_EPISODE = '2026-11-23T11:00:00.000Z';

let folder: string;
let stack: Stack;
let second: IntakeProcess;

beforeAll(async () => {
  requireBuild();
  folder = await mkdtemp(join(tmpdir(), 'halcyon-intake-'));
  stack = await startStack({
    sections: { guard: PATIENT_GUARD },
    directory: folder,
    // Nobody runs these hosts: a mapped alert's incident waits for an agent until the test ends.
    hosts: { h1: { instances: [], services: [] }, h2: { instances: [], services: [] } },
    runbooks: { serviceDown: { agentWithin: '1m' } },
  });
  second = await startSecondIntake(stack, folder);
});
afterAll(async () => {
  await second?.daemon.stop();
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** An alert that no route maps. */
function unmapped(alertname: string, options: { startsAt?: string; status?: 'firing' | 'resolved' } = {}): object {
  const { startsAt = EPISODE, status = 'firing' } = options;
  return webhookMessage({ status, startsAt, labels: { alertname } });
}

/** Posts each message through one of two doors, all at the same time. */
async function storm(messages: object[]): Promise<Answer[]> {
  const doors: Door[] = [stack, second];
  return await Promise.all(messages.map((message, index) => post(doors[index % 2]!, message)));
}

async function closed(id: string): Promise<IncidentView> {
  return await closedByHand(stack.client.workflow.getHandle(id));
}

/** Visibility is written in the order of the starts: once a later start is seen, nothing earlier is missing. */
async function executions(ids: string[]): Promise<number[]> {
  const name = `Marker-${randomUUID()}`;
  const marker = incidentWorkflowId(name, 'unknown');
  await post(stack, unmapped(name));
  const count = async (id: string) => (await stack.client.workflow.count(`WorkflowId = '${id}'`)).count;
  await waitFor(() => count(marker), { what: `${marker} in the list of workflows` });
  return await Promise.all(ids.map(count));
}

async function cli(...args: string[]): Promise<CommandResult> {
  return await halcyon(['incident', ...args, '--config', stack.configFile]);
}

/**
 * Why workflow tasks failed. Not counted: a task whose last command met a new event on the server. The server
 * answers UNHANDLED_COMMAND and the task is done again, with the event: that is ordinary.
 */
async function workflowTaskFailures(id: string): Promise<unknown[]> {
  const { events } = await stack.client.workflow.getHandle(id).fetchHistory();
  return (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
    failed && failed.cause !== UNHANDLED_COMMAND ? [failed.failure] : [],
  );
}

describe('duplicates', () => {
  it('makes one incident of a thousand posts of one alert by two senders, shuffled with its end', async () => {
    const id = incidentWorkflowId('KingfisherServiceDown', 'h1');
    const message = (status: 'firing' | 'resolved') =>
      webhookMessage({ status, startsAt: EPISODE, labels: { instance: 'h1:8201' } });
    const firing = Array.from({ length: 1_000 }, () => message('firing'));
    const resolved = Array.from({ length: 20 }, () => message('resolved'));
    try {
      const answers = await storm(shuffled([...firing, ...resolved]));
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
      expect(new Set(answers.flatMap((answer) => answer.body.incidents))).toEqual(new Set([id]));
      await post(stack, message('resolved'));

      expect(await executions([id])).toEqual([1]);
      const { events } = await stack.client.workflow.getHandle(id).fetchHistory();
      const named = events?.map((event) => event.workflowExecutionSignaledEventAttributes?.signalName) ?? [];
      const signals = named.filter((name) => name === 'alert').length;
      expect(signals).toBeGreaterThanOrEqual(2);
      // Each of the two intakes brings the alert and its end once, and one that found nothing open asks again.
      expect(signals).toBeLessThanOrEqual(6);
      const view = await stack.client.workflow.getHandle(id).query<IncidentView>('timeline');
      expect(view.alerts).toMatchObject([{ fingerprint: '6f8484d7b5244177', startsAt: EPISODE, status: 'resolved' }]);
      expect(view.alerts).toHaveLength(1);
    } finally {
      await stack.client.workflow.getHandle(id).terminate('end of test');
    }
  });

  it('makes one incident of each alert though it closes before the last duplicate arrives', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `Brief${index}`);
    const answers = await storm(shuffled(Array.from({ length: 10 }, () => names.map((name) => unmapped(name))).flat()));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    expect(await executions(names.map((name) => incidentWorkflowId(name, 'unknown')))).toEqual(names.map(() => 1));
  });

  it('starts nothing for a closed episode, and a new incident that knows it for the next', async () => {
    const id = incidentWorkflowId('Episodes', 'unknown');
    const fingerprint = '6f8484d7b5244177';
    await post(stack, unmapped('Episodes'));
    await closed(id);
    expect((await post(second, unmapped('Episodes'))).body).toMatchObject({ closedEpisode: 1 });
    expect((await post(stack, unmapped('Episodes'))).body).toMatchObject({ duplicate: 1 });
    expect((await post(second, unmapped('Episodes', { status: 'resolved' }))).body).toMatchObject({ nothingOpen: 1 });
    expect(await executions([id])).toEqual([1]);

    expect((await post(second, unmapped('Episodes', { startsAt: NEXT_EPISODE }))).body).toMatchObject({ started: 1 });
    await closed(id);
    const { events } = await stack.client.workflow.getHandle(id).fetchHistory();
    const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
    const input = JSON.parse(Buffer.from(payload!).toString()) as IncidentInput;
    expect(input.closedEpisodes).toMatchObject({ [fingerprint]: { startsAt: EPISODE } });
    expect(input).not.toHaveProperty('revisit');
    const { memo } = await stack.client.workflow.getHandle(id).describe();
    expect((memo as unknown as IncidentMemo).closedEpisodes).toMatchObject({
      [fingerprint]: { startsAt: NEXT_EPISODE },
    });
    expect((await post(stack, unmapped('Episodes', { startsAt: NEXT_EPISODE }))).body).toMatchObject({
      closedEpisode: 1,
    });
    expect(await executions([id])).toEqual([2]);
  });
});

describe('alerts that nobody expected', () => {
  it('records an unmapped alert with the reason, and the command line shows it', async () => {
    const id = incidentWorkflowId('Surprise', 'unknown');
    expect((await post(stack, unmapped('Surprise'))).body).toEqual({ alerts: 1, started: 1, incidents: [id] });
    const view = await closed(id);
    expect(view).toMatchObject({ runbook: 'unknownAlert', outcome: 'unresolved', severity: 'critical' });
    // The alert began long ago, and this site has no pagers: that is a finding besides.
    expect(view.findings[0]).toMatchObject({ name: 'UnknownAlert', detail: 'no runbook under routes: for this alert' });

    const shown = await cli('show', id);
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.stdout).toContain(
      `unresolved: Surprise on an unknown host\n  found UnknownAlert (Halcyon): no runbook`,
    );
    expect(await cli('watch', id)).toMatchObject({ code: 1, stdout: shown.stdout });
    const listed = await waitFor(
      async () => (await cli('list', '--json', '--limit', '200')).stdout.split('\n').find((line) => line.includes(id)),
      { what: `${id} in halcyon incident list`, everyMs: 250 },
    );
    expect(JSON.parse(listed)).toMatchObject({
      id,
      runbook: 'unknownAlert',
      status: 'COMPLETED',
      outcome: 'unresolved',
    });
  });

  it('takes hostile labels and annotations, and no workflow task fails of them', async () => {
    const hostile = '../..\n|<b>`x`</b>\u001b[2J\u202e\u0000 \u{1f525}';
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`k${i}`, '|\u{1f525}"'.repeat(400)]));
    const labels = {
      alertname: `${hostile}${'鱼'.repeat(400)}`,
      severity: '鱼'.repeat(900),
      instance: hostile,
      ...many,
    };
    const annotations = { summary: '鱼"'.repeat(3_000), runbook_url: 'javascript:alert(1)', ...many };
    const message = webhookMessage({ status: 'firing', startsAt: EPISODE }) as { alerts: object[] };
    const answer = await post(stack, { ...message, alerts: [{ ...message.alerts[0], labels, annotations }] });
    expect(answer).toMatchObject({ status: 200, body: { started: 1 } });

    const [id = ''] = answer.body.incidents ?? [];
    expect(id).toMatch(/^incident\/[A-Za-z0-9._~-]+\/unknown$/);
    expect(await closed(id)).toMatchObject({ runbook: 'unknownAlert', outcome: 'unresolved' });
    expect(await workflowTaskFailures(id)).toEqual([]);
  });
});

describe('Temporal away', () => {
  it('says 503 within five seconds, and takes the same alert when Temporal is back', async () => {
    await stack.temporal.kill();
    try {
      const before = performance.now();
      const answer = await post(stack, unmapped('WhileAway'));
      expect(performance.now() - before).toBeLessThan(5_000);
      expect(answer).toMatchObject({
        status: 503,
        retryAfter: '5',
        body: { error: expect.stringMatching(/Temporal/) },
      });
      expect(await statusOf(stack, 'readyz')).toBe(503);
      expect(await statusOf(stack, 'healthz')).toBe(200);
      expect((await cli('list')).code).toBe(3);
    } finally {
      await stack.temporal.restart();
    }
    const taken = async () => (await post(stack, unmapped('WhileAway'))).status === 200;
    await waitFor(taken, { what: '200 to the retried alert', deadlineMs: 30_000, everyMs: 100 });
    expect(await closed(incidentWorkflowId('WhileAway', 'unknown'))).toMatchObject({ outcome: 'unresolved' });
    await waitFor(async () => (await statusOf(stack, 'readyz')) === 200, { what: '/readyz' });
  });
});

describe('search attributes that Temporal does not know', () => {
  const names = Object.values(searchAttributes).map((key) => key.name);
  let fresh: string;
  let temporal: TemporalServer;
  let intake: IntakeProcess;
  let client: Client;

  beforeAll(async () => {
    fresh = await mkdtemp(join(tmpdir(), 'halcyon-intake-'));
    temporal = await startTemporal({ directory: fresh, searchAttributes: [] });
    client = createClient({ address: temporal.address, namespace: 'default', apiKey: null, tls: null });
    intake = await startIntake({ directory: fresh, config: { temporal: { address: temporal.address } }, token: 'x' });
  });
  afterAll(async () => {
    await intake?.daemon.stop();
    await client?.connection.close();
    await temporal?.stop();
    await rm(fresh, { recursive: true, force: true });
  });

  async function registered(): Promise<string[]> {
    const found = await client.connection.operatorService.listSearchAttributes({ namespace: 'default' });
    return Object.keys(found.customAttributes ?? {}).filter((name) => names.includes(name));
  }

  it('are registered by intake at its start, and again when an alert finds them gone', async () => {
    await waitFor(async () => (await registered()).length === names.length, { what: 'registration at start' });
    await client.connection.operatorService.removeSearchAttributes({ namespace: 'default', searchAttributes: names });
    expect(await registered()).toEqual([]);

    const taken = async () => (await post(intake, unmapped('Fresh'))).status === 200;
    await waitFor(taken, { what: '200 to the alert', deadlineMs: 30_000, everyMs: 250 });
    expect((await registered()).sort()).toEqual([...names].sort());
    const run = await client.workflow.getHandle(incidentWorkflowId('Fresh', 'unknown')).describe();
    expect(run.status.name).toBe('RUNNING');
    expect(run.searchAttributes).toMatchObject({ HalcyonAlert: ['Fresh'], HalcyonSeverity: ['critical'] });
  });
});
