import message from '../../../support/alerts/alertmanager-payload.json';
import { TemporalUnavailable } from '../../../../src/intake/temporal-errors';
import { TestServer } from '../support';
import { QueueSite, SETTINGS, until } from './support';
import type { AmqpIntakeOptions } from '../../../../src/intake/amqp/amqp-intake';

const [ALERT] = message.alerts;
const WEBHOOK = JSON.stringify(message);

let site: QueueSite;

afterEach(async () => {
  await site.intake.stop(1_000);
});

function begin(options: Partial<AmqpIntakeOptions> = {}): QueueSite {
  site = new QueueSite(options);
  site.intake.start();
  return site;
}

const taking = () => site.taking();
const nothingLeft = () => site.nothingLeft();

describe('a message that is taken', () => {
  it('is Alertmanager’s webhook message, or one alert alone', async () => {
    begin().broker.put(WEBHOOK);
    site.broker.put(JSON.stringify({ ...ALERT, fingerprint: 'a1' }));
    await taking();
    await nothingLeft();
    expect(site.starter.delivered.map(({ fingerprint, externalURL }) => ({ fingerprint, externalURL }))).toEqual([
      { fingerprint: ALERT!.fingerprint, externalURL: message.externalURL },
      { fingerprint: 'a1', externalURL: '' },
    ]);
    expect(site.broker.acknowledged).toHaveLength(2);
    expect(site.intake.status()).toMatchObject({ state: 'taking', taken: 2, deadLettered: 0, requeued: 0 });
  });

  it('is acknowledged only after Temporal has it', async () => {
    let taken: () => void = () => undefined;
    const starter = { deliver: () => new Promise<never[]>((resolve) => (taken = () => resolve([]))) };
    begin({ starter }).broker.put(WEBHOOK);
    await until('it to be under way', () => site.broker.unacknowledged.size === 1);
    expect(site.broker.acknowledged).toHaveLength(0);
    taken();
    await nothingLeft();
    expect(site.broker.acknowledged).toHaveLength(1);
  });

  it('may have an alert that is malformed, as over HTTP', async () => {
    begin().broker.put(JSON.stringify({ labels: { alertname: 'A' } }));
    await until('it to be taken', () => site.broker.acknowledged.length === 1);
    expect(site.starter.delivered).toMatchObject([{ alertname: 'A', malformed: expect.stringContaining('status') }]);
    expect(site.broker.dead).toEqual([]);
  });
});

describe('a message that Temporal does not take', () => {
  it('is held and tried again, and told of once', async () => {
    site = new QueueSite();
    site.starter.failure = new TemporalUnavailable({});
    let tries = 0;
    const deliver = site.starter.deliver.bind(site.starter);
    site.starter.deliver = (alerts) => {
      tries += 1;
      return deliver(alerts);
    };
    site.intake.start();
    site.broker.put(WEBHOOK);
    await until('some tries', () => tries > 3);
    expect(site.broker.acknowledged).toHaveLength(0);
    site.starter.failure = undefined;
    await nothingLeft();
    expect(site.starter.delivered).toHaveLength(message.alerts.length);
    expect(site.logged('Temporal is unavailable')).toHaveLength(1);
    expect(site.logged('are taken again')).toHaveLength(1);
  });

  it('goes back to the queue after a while, for another intake', async () => {
    site = new QueueSite({ holdMs: 0 });
    site.starter.failure = new Error('some bug');
    site.intake.start();
    site.broker.put(WEBHOOK);
    await until('it to be given again', () => site.broker.returns > 1);
    expect(site.broker.dead).toEqual([]);
    site.starter.failure = undefined;
    await nothingLeft();
    expect(site.broker.acknowledged).toHaveLength(1);
  });
});

describe('the broker', () => {
  it('is tried again until it is there; why it is away is told once, with what to do and without the password', async () => {
    site = new QueueSite();
    const tries: unknown[] = [];
    site.broker.refusal = new Error('connect ECONNREFUSED amqp://halcyon:hunter2@127.0.0.1:5672');
    const connect = site.broker.connect;
    site = new QueueSite({ connect: () => (tries.push(1), connect()) });
    site.intake.start();
    await until('some tries', () => tries.length > 3);
    expect(site.intake.status()).toMatchObject({ state: 'away', hint: expect.stringContaining('over HTTP') });
    expect(site.logged('no alerts from the queue')).toMatchObject([
      { reason: expect.stringContaining('ECONNREFUSED'), hint: expect.stringContaining('look whether RabbitMQ runs') },
    ]);
    expect(JSON.stringify(site.lines)).not.toContain('hunter2');
  });

  it('that is killed gives again what was not acknowledged, and nothing is lost', async () => {
    begin();
    const names = Array.from({ length: 100 }, (_, index) => `a${index}`);
    for (const [index, name] of names.entries()) {
      site.broker.put(JSON.stringify({ ...ALERT, fingerprint: name }));
      if (index % 10 === 0) site.broker.put(`poison ${index}`);
      if (index % 25 !== 0) continue;
      await taking();
      site.broker.kill();
    }
    await nothingLeft();
    expect(new Set(site.starter.delivered.map(({ fingerprint }) => fingerprint))).toEqual(new Set(names));
    const dead = new Set(site.broker.dead.map(({ content }) => content.toString()));
    expect(dead).toEqual(new Set(names.flatMap((_, index) => (index % 10 === 0 ? [`poison ${index}`] : []))));
  });

  it('that takes its queue away is asked for it anew', async () => {
    begin();
    await taking();
    site.broker.cancelReader();
    await until(
      'the queue to be declared again',
      () => site.broker.asked.filter((a) => a.startsWith('bind')).length > 2,
    );
    expect(site.logged('no alerts from the queue')).toMatchObject([
      { reason: expect.stringContaining('queue is gone') },
    ]);
    // Those of before are closed.
    await taking();
    expect(site.broker.connections).toHaveLength(2);
  });

  it('has durable quorum queues, and dead letters of its own making go there too', async () => {
    begin();
    await taking();
    expect(site.broker.asked).toEqual([
      'exchange dead fanout',
      'queue dead {"x-queue-type":"quorum"}',
      'bind dead dead ',
      'exchange alerts topic',
      'queue alerts {"x-queue-type":"quorum","x-delivery-limit":1000000}',
      'bind alerts alerts #',
    ]);
  });

  it('is only looked at where somebody else declares', async () => {
    begin({ settings: { ...SETTINGS, declare: false } });
    await taking();
    expect(site.broker.asked).toEqual(['look for exchange dead', 'look for queue alerts']);
  });

  it('that refuses a declaration is told with what to do, by its own words', async () => {
    site = new QueueSite();
    const text = `Channel closed by server: 406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - inequivalent arg 'x-queue-type'"`;
    site.broker.declareRefusal = new Error(text);
    site.intake.start();
    await until('it to be told', () => site.lines.length > 0);
    expect(site.lines).toMatchObject([{ reason: text, hint: expect.stringContaining('declare: false') }]);
    expect(site.broker.connections.length).toBeLessThanOrEqual(2);
  });

  it('gets no more than it may hold at a time', async () => {
    const starter = { deliver: () => new Promise<never>(() => undefined) };
    begin({ starter, settings: { ...SETTINGS, prefetch: 3 } });
    for (let index = 0; index < 10; index++) site.broker.put(WEBHOOK);
    await until('some to be under way', () => site.broker.unacknowledged.size === 3);
    expect(site.broker.waiting).toHaveLength(7);
    await site.intake.stop(0);
    expect(site.broker.waiting).toHaveLength(10);
    expect(site.broker.connections).toEqual([]);
  });
});

it('stops after what is under way has its acknowledgement', async () => {
  let taken: () => void = () => undefined;
  const starter = { deliver: () => new Promise<never[]>((resolve) => (taken = () => resolve([]))) };
  begin({ starter }).broker.put(WEBHOOK);
  await until('it to be under way', () => site.broker.unacknowledged.size === 1);
  const stopped = site.intake.stop(60_000);
  await new Promise((resolve) => setImmediate(resolve));
  taken();
  await stopped;
  expect(site.broker.acknowledged).toHaveLength(1);
  expect(site.intake.status().state).toBe('stopped');
});

it('is seen in /readyz, which does not depend on it', async () => {
  site = new QueueSite();
  site.broker.refusal = new Error('connect ECONNREFUSED 127.0.0.1:5672');
  site.intake.start();
  const server = await TestServer.start(site.starter, { queueStatus: () => site.intake.status() });
  try {
    const { status, body, text } = await server.ask('/readyz');
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ready', amqp: { state: 'away', taken: 0, deadLettered: 0, requeued: 0 } });
    expect(text).not.toContain('5672');
  } finally {
    await server.stop();
  }
});
