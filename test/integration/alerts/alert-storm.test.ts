import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '../../../lab/stack';
import type { Stack } from '../../../lab/stack';
import { incidentWorkflowId } from '../../../src/alerts/incident-id';
import { guardId } from '../../../src/shared/ids';
import { forEachLimited } from '../../../src/intake/limited';
import type { Alert } from '../../../src/shared/alert';
import type { IncidentView } from '../../../src/shared/incident';
import { requireBuild } from '../../support/build';
import { listsTold } from '../../support/alerts/lists-told';
import { deliver, startSecondIntake } from '../../support/sites/intake-process';
import type { Answer, IntakeProcess } from '../../support/sites/intake-process';
import { sizeOf } from '../../support/sample';
import { shuffled } from '../../../lab/support/random';
import { waitFor } from '../../support/wait-for';
import { webhookMessage } from '../../support/alerts/webhook';

const FINGERPRINTS = 400;
const ALERTS = sizeOf('alerts in a storm', { full: 10_000, sample: 4_000 });
const EPISODES = ALERTS / 2;
const CONCURRENCY = 50;
const HOSTS = ['h1', 'h2'];

let folder: string;
let stack: Stack;
let second: IntakeProcess;

beforeAll(async () => {
  requireBuild();
  folder = await mkdtemp(join(tmpdir(), 'halcyon-storm-'));
  stack = await startStack({
    directory: folder,
    // Nobody runs these hosts: an incident waits for an agent until the test ends.
    hosts: Object.fromEntries(HOSTS.map((host) => [host, { instances: [], services: [] }])),
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

/** Alerts of which no two are the same. The newest episode of every third fingerprint goes on firing. */
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
function messagesOf(alerts: StormAlert[], host: string, description: string): object[] {
  const messages: object[] = [];
  for (let from = 0, size = 1; from < alerts.length; from += size, size = (size % 20) + 1) {
    const parts = alerts
      .slice(from, from + size)
      .map((alert) => webhookMessage({ ...alert, annotations: { description }, labels: { instance: `${host}:8201` } }))
      .map((message) => message as { alerts: object[] });
    messages.push({ ...parts[0], alerts: parts.flatMap((part) => part.alerts) });
  }
  return messages;
}

function key({ fingerprint, startsAt, status }: StormAlert): string {
  return `${fingerprint} ${startsAt} ${status}`;
}

test.each([
  { what: `${ALERTS} alerts`, host: 'h1', description: 'down' },
  { what: `${ALERTS} alerts with 5 kB of annotations each`, host: 'h2', description: 'x'.repeat(5_000) },
])(
  '$what of one incident through two intakes: short histories, and nothing lost',
  async ({ what, host, description }) => {
    const id = incidentWorkflowId('KingfisherServiceDown', host);
    const alerts = distinctAlerts();
    expect(new Set(alerts.map(key)).size).toBe(ALERTS);
    const doors = [stack, second];
    // Open before the first end comes: one that comes while nothing is open opens nothing.
    await deliver(stack, messagesOf(alerts.slice(0, 1), host, description)[0]!);
    const posts = shuffled([...alerts, ...shuffled(alerts, 7).slice(0, ALERTS / 5)], 3);
    const messages = messagesOf(posts, host, description).map((message, index) => ({
      message,
      door: doors[index % 2]!,
    }));
    const statuses: Answer['status'][] = [];
    await forEachLimited(messages, CONCURRENCY, async ({ message, door }) => {
      statuses.push(await deliver(door, message));
    });
    expect(statuses).toEqual(messages.map(() => 200));

    const { events, bytes, runs, lists } = await listsTold(stack.client, id);
    expect(new Set(lists.flat().map(key))).toEqual(new Set(alerts.map(key)));
    process.stdout.write(
      `${what}: ${lists.length} signals; ${runs} runs, at most ${events} events and ${bytes} bytes\n`,
    );

    const view = await waitFor(
      async () => {
        const current = await stack.client.workflow.getHandle(id).query<IncidentView>('timeline');
        return current.received >= lists.flat().length ? current : undefined;
      },
      { what: 'the incident to take in every alert' },
    );
    expect(view.received).toBe(lists.flat().length);
    const followed = view.alerts.map(
      ({ fingerprint, startsAt, status }) => [fingerprint, { startsAt, status }] as const,
    );
    expect(new Map(followed)).toEqual(lastOf(alerts));
    expect(view.alerts).toHaveLength(FINGERPRINTS);
    expect(view.timelineDropped).toBe(0);

    expect(events).toBeLessThan(4_096);
    expect(bytes).toBeLessThan(20_000_000);
    expect((await stack.client.workflow.getHandle(guardId(host)).describe()).historyLength).toBeLessThan(4_096);
    const query = `WorkflowId = '${id}' AND ExecutionStatus = 'Running'`;
    const isOne = async () => (await stack.client.workflow.count(query)).count === 1;
    await waitFor(isOne, { what: 'one of its runs, and no more, to be open' });
  },
);
