import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '../../lab/stack';
import type { Stack } from '../../lab/stack';
import { incidentWorkflowId } from '../../src/alerts/incident-id';
import { guardId } from '../../src/shared/ids';
import { forEachLimited } from '../../src/intake/limited';
import type { Alert } from '../../src/shared/alert';
import type { IncidentView } from '../../src/shared/incident';
import { requireBuild } from '../support/build';
import { deliver, startSecondIntake } from '../support/intake-process';
import type { Answer, IntakeProcess } from '../support/intake-process';
import { shuffled } from '../support/shuffled';
import { waitFor } from '../support/wait-for';
import { webhookMessage } from '../support/webhook';

const FINGERPRINTS = 400;
const EPISODES = 10_000 / 2;
const CONCURRENCY = 50;
const ID = incidentWorkflowId('KingfisherServiceDown', 'h1');

let folder: string;
let stack: Stack;
let second: IntakeProcess;

beforeAll(async () => {
  requireBuild();
  folder = await mkdtemp(join(tmpdir(), 'halcyon-storm-'));
  stack = await startStack({
    directory: folder,
    // Nobody runs this host: the incident waits for an agent until the test ends.
    hosts: { h1: { instances: [], services: [] } },
    runbooks: { serviceDown: { agentWithin: '5m' } },
  });
  second = await startSecondIntake(stack, folder);
});
afterAll(async () => {
  await second?.daemon.stop();
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface StormAlert {
  fingerprint: string;
  startsAt: string;
  status: Alert['status'];
  /** Of a resolved one: before the next episode begins. */
  endsAt?: string;
}

/** 10,000 alerts of which no two are the same. The newest episode of every third fingerprint goes on firing. */
function distinctAlerts(): StormAlert[] {
  const begin = Date.parse('2026-11-23T10:00:00.000Z');
  const alerts = Array.from({ length: EPISODES }, (_, index): StormAlert[] => {
    const fingerprint = `storm${index % FINGERPRINTS}`;
    const startsAt = new Date(begin + index * 1_000).toISOString();
    const goesOn = index >= EPISODES - FINGERPRINTS && index % 3 === 0;
    const next = new Date(begin + (index + EPISODES) * 1_000).toISOString();
    return [
      { fingerprint, startsAt, status: 'firing' },
      goesOn
        ? { fingerprint, startsAt: next, status: 'firing' }
        : { fingerprint, startsAt, status: 'resolved', endsAt: new Date(Date.parse(startsAt) + 500).toISOString() },
    ];
  });
  return alerts.flat();
}

/** Each fingerprint's newest episode, resolved if anything says so. */
function lastOf(alerts: StormAlert[]): Map<string, Pick<StormAlert, 'startsAt' | 'status'>> {
  const last = new Map<string, Pick<StormAlert, 'startsAt' | 'status'>>();
  for (const { fingerprint, startsAt, status } of alerts) {
    const known = last.get(fingerprint);
    const isLater = known === undefined || known.startsAt < startsAt;
    if (isLater || (known.startsAt === startsAt && status === 'resolved')) last.set(fingerprint, { startsAt, status });
  }
  return last;
}

/** Messages of 1 to 20 alerts, as groups have different sizes. */
function messagesOf(alerts: StormAlert[]): object[] {
  const messages: object[] = [];
  for (let from = 0, size = 1; from < alerts.length; from += size, size = (size % 20) + 1) {
    const parts = alerts
      .slice(from, from + size)
      .map((alert) => webhookMessage({ ...alert, labels: { instance: 'h1:8201' } }) as { alerts: object[] });
    messages.push({ ...parts[0], alerts: parts.flatMap((part) => part.alerts) });
  }
  return messages;
}

function key({ fingerprint, startsAt, status }: StormAlert): string {
  return `${fingerprint} ${startsAt} ${status}`;
}

/** Every list that the incident was told, out of its history. */
async function listsTold(): Promise<{ events: number; lists: Alert[][] }> {
  const { events } = await stack.client.workflow.getHandle(ID).fetchHistory();
  const lists = (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => {
    // Guard and clock have things to say, too.
    if (signal?.signalName !== 'alert') return [];
    const data = signal.input?.payloads?.[0]?.data;
    return data === undefined || data === null ? [] : [JSON.parse(Buffer.from(data).toString()) as Alert[]];
  });
  return { events: events?.length ?? 0, lists };
}

test('10,000 alerts of one incident through two intakes: one short history, and nothing lost', async () => {
  const alerts = distinctAlerts();
  expect(new Set(alerts.map(key)).size).toBe(10_000);
  const doors = [stack, second];
  const posts = shuffled([...alerts, ...shuffled(alerts, 7).slice(0, 2_000)], 3);
  const messages = messagesOf(posts).map((message, index) => ({ message, door: doors[index % 2]! }));
  const statuses: Answer['status'][] = [];
  await forEachLimited(messages, CONCURRENCY, async ({ message, door }) => {
    statuses.push(await deliver(door, message));
  });
  expect(statuses).toEqual(messages.map(() => 200));

  const { events, lists } = await listsTold();
  expect(new Set(lists.flat().map(key))).toEqual(new Set(alerts.map(key)));
  process.stdout.write(`10,000 alerts: ${lists.length} signals, ${events} events\n`);

  const handle = stack.client.workflow.getHandle(ID);
  const view = await waitFor(
    async () => {
      const current = await handle.query<IncidentView>('timeline');
      return current.received >= lists.flat().length ? current : undefined;
    },
    { what: 'the incident to take in every alert' },
  );
  expect(view.received).toBe(lists.flat().length);
  const followed = view.alerts.map(({ fingerprint, startsAt, status }) => [fingerprint, { startsAt, status }] as const);
  expect(new Map(followed)).toEqual(lastOf(alerts));
  expect(view.alerts).toHaveLength(FINGERPRINTS);
  expect(view.timelineDropped).toBe(0);

  for (const run of [handle, stack.client.workflow.getHandle(guardId('h1'))]) {
    expect((await run.describe()).historyLength).toBeLessThan(4_096);
  }
  const { count } = await stack.client.workflow.count(`WorkflowId = '${ID}'`);
  expect(count).toBe(1);
});
