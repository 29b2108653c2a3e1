import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { LabHost } from '../../../lab/lab-host';
import { startStack } from '../../../lab/stack';
import type { Stack } from '../../../lab/stack';
import { random, shuffled } from '../../../lab/support/random';
import { incidentWorkflowId } from '../../../src/alerts/incident-id';
import type { AmqpStatus } from '../../../src/intake/amqp/amqp-intake';
import type { Alert } from '../../../src/shared/alert';
import { listsTold } from '../../support/alerts/lists-told';
import { webhookMessage } from '../../support/alerts/webhook';
import { requireBuild } from '../../support/build';
import { SEED, sizeOf } from '../../support/sample';
import { post, startIntake, statusOf } from '../../support/sites/intake-process';
import type { IntakeProcess } from '../../support/sites/intake-process';
import { drain, publishAll } from '../../support/sites/queue-publisher';
import type { Sent } from '../../support/sites/queue-publisher';
import { waitFor } from '../../support/wait-for';

const ALERTS = sizeOf('alerts over a queue whose broker is killed', { full: 10_000, sample: 1_500 });
const HOSTS = ['h1', 'h2', 'h3', 'h4'];
const FINGERPRINTS = 100;
const BODY_LIMIT = 64 * 1024;
const BROKER = 'rabbitmq-server.service';
const PASSWORD = randomBytes(16).toString('hex');
const WITHIN_MS = 170_000;

let folder: string | undefined;
let host: LabHost;
let stack: Stack;
let url: string;
const intakes: IntakeProcess[] = [];

beforeAll(async () => {
  requireBuild();
  const directory = mkdtempSync(join(tmpdir(), 'halcyon-amqp-storm-'));
  folder = directory;
  // What is up is known even where the other does not come up.
  await Promise.all([
    LabHost.up('amqp', { images: 1 }).then((up) => (host = up)),
    startStack({
      directory,
      // Nobody runs these hosts: an incident waits for an agent until the test ends.
      hosts: Object.fromEntries(HOSTS.map((name) => [name, { instances: [], services: [] }])),
      runbooks: { serviceDown: { agentWithin: '10m' } },
    }).then((up) => (stack = up)),
  ]);
  url = `amqp://halcyon:${PASSWORD}@127.0.0.1:${await host.forward(5672)}`;
  await host.exec(['rabbitmqctl', 'add_user', 'halcyon', PASSWORD]);
  await host.exec(['rabbitmqctl', 'set_permissions', 'halcyon', '.*', '.*', '.*']);
  const urlFile = join(directory, 'url');
  writeFileSync(urlFile, `${url}\n`, { mode: 0o600 });
  const config = parse(readFileSync(stack.configFile, 'utf8')) as Record<string, unknown>;
  const intake = { bodyLimit: '64KiB', amqp: { urlFile } };
  for (let count = 0; count < 2; count++) {
    intakes.push(await startIntake({ directory, config: { ...config, intake }, token: stack.token }));
  }
  await untilAllTake();
}, 400_000);
afterAll(async () => {
  for (const { daemon } of intakes) await daemon.stop();
  await stack?.stop();
  await host?.down();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

async function queueOf(door: IntakeProcess): Promise<AmqpStatus> {
  const response = await fetch(new URL('/readyz', door.webhookUrl));
  return ((await response.json()) as { amqp: AmqpStatus }).amqp;
}

async function untilAllTake(): Promise<void> {
  const taking = async () => (await Promise.all(intakes.map(queueOf))).every(({ state }) => state === 'taking');
  await waitFor(taking, { what: 'both intakes to take alerts from the queue', deadlineMs: 90_000 });
}

/** Alerts of which no two are the same, each with its host. */
function distinctAlerts(): { id: string; message: { alerts: object[] } }[] {
  const begin = Date.parse('2026-11-23T10:00:00.000Z');
  return Array.from({ length: ALERTS }, (_, index) => {
    const name = HOSTS[index % HOSTS.length]!;
    const startsAt = new Date(begin + index * 1_000).toISOString();
    const fingerprint = `storm${index % FINGERPRINTS}`;
    const labels = { instance: `${name}:8201` };
    const message = webhookMessage({ status: 'firing', startsAt, fingerprint, labels }) as { alerts: object[] };
    return { id: `${name} ${fingerprint} ${startsAt}`, message };
  });
}

/** Half of them alone, half as Alertmanager sends them. */
function sentOf({ id, message }: { id: string; message: { alerts: object[] } }, index: number): Sent {
  return { id, body: Buffer.from(JSON.stringify(index % 2 === 0 ? message.alerts[0] : message)) };
}

const POISONS: [kind: string, body: string | Buffer, reason: RegExp][] = [
  ['noJson', '{"alerts": [{', /^not JSON$/],
  ['bytes', randomBytes(200), /^not JSON$/],
  ['noAlerts', '{"orders": [1, 2]}', /^neither an Alertmanager webhook message nor an alert: alerts: expected a list/],
  ['emptyList', '{"alerts": []}', /expected at least one alert/],
  ['tooLarge', JSON.stringify({ labels: { a: 'x'.repeat(BODY_LIMIT) } }), /^too large: \d+ bytes/],
];

/** One in fifty. */
function poisons(): Sent[] {
  return Array.from({ length: ALERTS / 50 }, (_, index) => {
    const [kind, body] = POISONS[index % POISONS.length]!;
    return { id: `poison ${kind} ${index}`, body: Buffer.from(body) };
  });
}

async function killBroker(): Promise<void> {
  await host.systemctl('kill', '--signal=KILL', BROKER);
  const isDown = async () => (await host.property(BROKER, 'MainPID')) === '0';
  await waitFor(isDown, { what: 'the broker to be gone' });
}

async function startBroker(): Promise<void> {
  await host.exec(['systemctl', 'reset-failed', BROKER], { check: false });
  await host.systemctl('start', BROKER);
}

/** Messages that wait in the queue or are under way. */
async function leftInQueue(): Promise<number> {
  const { stdout } = await host.exec(['rabbitmqctl', '--quiet', 'list_queues', 'name', 'messages', '--formatter=json']);
  const queues = JSON.parse(stdout) as { name: string; messages: number }[];
  return queues.find(({ name }) => name === 'halcyon.alerts')!.messages;
}

/** Kills broker, intake, and broker again, each when a part of all has been taken. Over HTTP, alerts go on. */
async function strike(): Promise<void> {
  let before = 0;
  const taken = async () => before + (await Promise.all(intakes.map(queueOf))).reduce((sum, one) => sum + one.taken, 0);
  const untilTaken = async (share: number) =>
    await waitFor(async () => (await taken()) >= ALERTS * share, {
      what: `${share} to be taken`,
      deadlineMs: WITHIN_MS,
    });

  await untilTaken(0.2);
  await killBroker();
  const isAway = async () => (await queueOf(intakes[0]!)).state === 'away';
  await waitFor(isAway, { what: 'intake to see it', deadlineMs: 60_000 });
  const overHttp = webhookMessage({
    status: 'firing',
    startsAt: new Date().toISOString(),
    labels: { alertname: 'Http' },
  });
  expect((await post(intakes[0]!, overHttp)).status).toBe(200);
  expect(await statusOf(intakes[0]!, 'readyz')).toBe(200);
  await startBroker();

  await untilTaken(0.4);
  const [, second] = intakes;
  before += (await queueOf(second!)).taken;
  await second!.daemon.kill();
  await second!.daemon.start();

  await untilTaken(0.6);
  await killBroker();
  await startBroker();
}

test(
  `${ALERTS} alerts over a queue, with poison and duplicates, while broker and intake are killed: nothing is lost`,
  async () => {
    const alerts = distinctAlerts();
    const poison = poisons();
    const copies = shuffled(alerts, SEED + 1).slice(0, ALERTS / 10);
    const chance = random(SEED);
    const messages = [...alerts, ...copies].map(sentOf);
    for (const one of poison) messages.splice(Math.floor(chance() * messages.length), 0, one);
    const began = Date.now();

    const [{ again }] = await Promise.all([publishAll(url, 'halcyon.alerts', messages), strike()]);
    await untilAllTake();
    const isEmpty = async () => (await leftInQueue()) === 0;
    await waitFor(isEmpty, { what: 'the queue to be empty', deadlineMs: WITHIN_MS, everyMs: 1_000 });
    const seconds = Math.round((Date.now() - began) / 1_000);

    const keyOf = (name: string, { fingerprint, startsAt }: Alert) => `${name} ${fingerprint} ${startsAt}`;
    const told = await Promise.all(
      HOSTS.map(async (name) => {
        const { lists } = await listsTold(stack.client, incidentWorkflowId('KingfisherServiceDown', name));
        return lists.flat().map((alert) => keyOf(name, alert));
      }),
    );
    expect(new Set(told.flat())).toEqual(new Set(alerts.map(({ id }) => id)));

    const dead = await drain(url, 'halcyon.alerts.dead');
    const idOf = ({ properties }: { properties: { messageId?: unknown } }) => String(properties.messageId);
    expect(new Set(dead.map(idOf))).toEqual(new Set(poison.map(({ id }) => id)));
    const bodies = new Map(poison.map(({ id, body }) => [id, body]));
    for (const message of dead) {
      const [, , reason] = POISONS.find(([kind]) => idOf(message).includes(kind))!;
      expect(message.properties.headers).toMatchObject({
        'x-halcyon-reason': expect.stringMatching(reason),
        'x-halcyon-queue': 'halcyon.alerts',
      });
      expect(message.content.equals(bodies.get(idOf(message))!)).toBe(true);
    }

    const logs = intakes.map(({ daemon }) => daemon.log).join('');
    expect(logs).toContain('no alerts from the queue');
    expect(logs).toContain('message went to the dead letters');
    expect(logs).not.toContain(PASSWORD);
    process.stdout.write(
      `${messages.length} messages in ${seconds} s (${again} sent again): ${alerts.length} alerts, ${copies.length} copies and ` +
        `${poison.length} poison became ${told.flat().length} alerts told and ${dead.length} dead letters\n`,
    );
  },
  15 * 60_000,
);
