import { randomBytes } from 'node:crypto';
import { connect } from 'amqplib';
import { LabHost } from '../../../lab/lab-host';
import { publishEvents } from '../../../src/activities/control/events/publish-events';
import { openStore } from '../../../src/store/store';
import type { Store } from '../../../src/store/store';
import { ended, recorded } from '../../support/recorded';
import { drain } from '../../support/sites/queue-publisher';
import { realPlace } from '../../support/sites/record-stores';
import type { RecordPlace } from '../../support/sites/record-stores';
import { waitFor } from '../../support/wait-for';

const BROKER = 'rabbitmq-server.service';
const PASSWORD = randomBytes(16).toString('hex');
const [EXCHANGE, QUEUE] = ['halcyon.incidents', 'listener'];
const INCIDENTS = 60;
const PATIENCE = { deadlineMs: 170_000, everyMs: 500 };

let place: RecordPlace;
let store: Store;
let host: LabHost;
let url: string;
let publisher: { stop(): Promise<void> } | undefined;
const told: object[] = [];

beforeAll(async () => {
  await Promise.all([
    LabHost.up('events', { images: 1 }).then((up) => (host = up)),
    realPlace().then((up) => (place = up)),
  ]);
  store = openStore(place.location, { hasEvents: true });
  await store.migrate();
  url = `amqp://halcyon:${PASSWORD}@127.0.0.1:${await host.forward(5672)}`;
  await host.exec(['rabbitmqctl', 'add_user', 'halcyon', PASSWORD]);
  await host.exec(['rabbitmqctl', 'set_permissions', 'halcyon', '.*', '.*', '.*']);
  const connection = await connect(url);
  const channel = await connection.createChannel();
  await channel.assertExchange(EXCHANGE, 'topic', { durable: true });
  await channel.assertQueue(QUEUE, { durable: true });
  await channel.bindQueue(QUEUE, EXCHANGE, 'incident.#');
  await connection.close();
}, 400_000);
afterAll(async () => {
  await publisher?.stop();
  await store?.close();
  await place?.down();
  await host?.down();
});

/** One that opened, changed and ended. */
async function write(from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) {
    const run = { runId: `run-${n}`, lastRunId: `run-${n}`, workflowId: `incident/A/h${n}` };
    for (const one of [recorded(1, {}, run), recorded(2, { tier: 1 }, run), ended(3, { tier: 1 }, run)]) {
      await store.write(one);
    }
  }
}

const waiting = async () => (await store.state()).waiting;

it('a broker that is killed in between loses no event, and mixes up none of an incident', async () => {
  const log = { info: () => undefined, warn: (about: object) => void told.push(about) };
  publisher = publishEvents({ url, events: { exchange: EXCHANGE, declare: true } }, store, { log });
  await write(0, INCIDENTS / 2);
  await waitFor(async () => (await waiting()) < INCIDENTS, { what: 'some to be published', ...PATIENCE });
  await host.systemctl('kill', '--signal=KILL', BROKER);
  await waitFor(() => told.length > 0, { what: 'the publisher to see it', ...PATIENCE });
  await write(INCIDENTS / 2, INCIDENTS);
  expect(await waiting()).toBeGreaterThan(0);
  await host.exec(['systemctl', 'reset-failed', BROKER], { check: false });
  await host.systemctl('start', BROKER);
  await waitFor(async () => (await waiting()) === 0, { what: 'all to be published', ...PATIENCE });

  const came = (await drain(url, QUEUE)).map(({ content, fields }) => {
    const { event, incident } = JSON.parse(content.toString()) as { event: string; incident: { runId: string } };
    expect(fields.routingKey).toBe(`incident.${event}.unknown.serviceDown`);
    return { event, runId: incident.runId };
  });
  for (let n = 0; n < INCIDENTS; n++) {
    const events = came.filter(({ runId }) => runId === `run-${n}`).map(({ event }) => event);
    // What came again came from its first on: without what was told before, the order is that of the incident.
    expect([...new Set(events)]).toEqual(['opened', 'changed', 'closed']);
    expect(events.at(-1)).toBe('closed');
  }
  expect(JSON.stringify(told)).not.toContain(PASSWORD);
}, 600_000);
