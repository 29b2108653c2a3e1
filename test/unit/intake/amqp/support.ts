import { EventEmitter } from 'node:events';
import type { ChannelModel, ConsumeMessage, Options } from 'amqplib';
import pino from 'pino';
import { AmqpIntake } from '../../../../src/intake/amqp/amqp-intake';
import type { AmqpIntakeOptions } from '../../../../src/intake/amqp/amqp-intake';
import { waitFor } from '../../../support/wait-for';
import { ScriptedStarter } from '../support';

export const SETTINGS = {
  url: 'amqp://halcyon:hunter2@127.0.0.1:5672',
  exchange: 'alerts',
  queue: 'alerts',
  deadLetterExchange: 'dead',
  deadLetterQueue: 'dead',
  prefetch: 10,
  declare: true,
};

type Callback = (err: unknown) => void;

/** The part of a RabbitMQ that a queue's reader sees, in memory: one queue, one exchange for dead letters. */
export class FakeBroker {
  /** Waiting for a reader, first in first out. */
  readonly waiting: ConsumeMessage[] = [];
  readonly unacknowledged = new Map<number, ConsumeMessage>();
  readonly acknowledged: ConsumeMessage[] = [];
  readonly dead: { content: Buffer; options: Options.Publish }[] = [];
  /** Every call that declares or looks, by name. */
  readonly asked: string[] = [];
  /** Messages that were taken back from their reader. */
  returns = 0;
  connections: FakeConnection[] = [];
  /** Connecting fails with this. */
  refusal: Error | undefined;
  /** Declaring fails with this: the channel is closed. */
  declareRefusal: Error | undefined;
  /** No queue is bound to the exchange for dead letters. */
  isUnbound = false;
  private tags = 0;
  private reader: { channel: FakeChannel; onMessage: (message: ConsumeMessage | null) => void } | undefined;

  readonly connect = async (): Promise<ChannelModel> => {
    await Promise.resolve();
    if (this.refusal !== undefined) throw this.refusal;
    const connection = new FakeConnection(this);
    this.connections.push(connection);
    return connection as unknown as ChannelModel;
  };

  put(content: string | Buffer, properties: Record<string, unknown> = {}): void {
    const fields = { deliveryTag: 0, redelivered: false, exchange: 'alerts', routingKey: 'a.b', consumerTag: 't' };
    this.waiting.push({ content: Buffer.from(content), fields, properties } as unknown as ConsumeMessage);
    this.give();
  }

  read(channel: FakeChannel, onMessage: (message: ConsumeMessage | null) => void): void {
    this.reader = { channel, onMessage };
    this.give();
  }

  /** Ends every connection, as a broker that is killed does. */
  kill(why = new Error('Unexpected close')): void {
    for (const connection of this.connections.splice(0)) connection.end(why);
  }

  /** The queue is removed. */
  cancelReader(): void {
    this.reader?.onMessage(null);
  }

  settle(tag: number, how: 'ack' | 'again'): void {
    const message = this.unacknowledged.get(tag);
    if (message === undefined) throw new Error(`no message ${tag} is under way`);
    this.unacknowledged.delete(tag);
    if (how === 'ack') this.acknowledged.push(message);
    else {
      this.returns += 1;
      this.waiting.push(message);
    }
    this.give();
  }

  /** What its reader had and did not acknowledge waits again. */
  leave(channel: FakeChannel): void {
    if (this.reader?.channel !== channel) return;
    this.reader = undefined;
    this.waiting.unshift(...this.unacknowledged.values());
    this.unacknowledged.clear();
  }

  private give(): void {
    while (this.reader !== undefined && this.unacknowledged.size < this.reader.channel.prefetched) {
      const message = this.waiting.shift();
      if (message === undefined) return;
      this.tags += 1;
      const given = { ...message, fields: { ...message.fields, deliveryTag: this.tags } };
      this.unacknowledged.set(this.tags, given);
      this.reader.onMessage(given);
    }
  }
}

class FakeConnection extends EventEmitter {
  readonly channels: FakeChannel[] = [];
  readonly connection = { stream: { destroy: () => this.end() } };

  constructor(private readonly broker: FakeBroker) {
    super();
    this.on('error', () => undefined);
  }

  createChannel = () => Promise.resolve(this.opened());
  createConfirmChannel = this.createChannel;

  close(): Promise<void> {
    this.end();
    return Promise.resolve();
  }

  end(why?: Error): void {
    this.broker.connections = this.broker.connections.filter((one) => one !== this);
    for (const channel of this.channels.splice(0)) channel.end();
    if (why !== undefined) this.emit('error', why);
    this.emit('close', why);
  }

  private opened(): FakeChannel {
    const channel = new FakeChannel(this.broker);
    this.channels.push(channel);
    return channel;
  }
}

class FakeChannel extends EventEmitter {
  prefetched = Infinity;
  private readonly unconfirmed = new Set<Callback>();

  constructor(private readonly broker: FakeBroker) {
    super();
  }

  assertExchange = (name: string, type: string) => this.declare(`exchange ${name} ${type}`);
  assertQueue = (name: string, { arguments: more }: Options.AssertQueue) =>
    this.declare(`queue ${name} ${JSON.stringify(more)}`);
  bindQueue = (queue: string, exchange: string, key: string) => this.declare(`bind ${queue} ${exchange} ${key}`);
  checkExchange = (name: string) => this.declare(`look for exchange ${name}`);
  checkQueue = (name: string) => this.declare(`look for queue ${name}`);

  prefetch(count: number): Promise<void> {
    this.prefetched = count;
    return Promise.resolve();
  }

  consume(_queue: string, onMessage: (message: ConsumeMessage | null) => void): Promise<{ consumerTag: string }> {
    this.broker.read(this, onMessage);
    return Promise.resolve({ consumerTag: 'tag' });
  }

  cancel(): Promise<void> {
    this.prefetched = 0;
    return Promise.resolve();
  }

  ack = ({ fields }: ConsumeMessage) => this.broker.settle(fields.deliveryTag, 'ack');
  nack = ({ fields }: ConsumeMessage) => this.broker.settle(fields.deliveryTag, 'again');

  publish(_exchange: string, _key: string, content: Buffer, options: Options.Publish, confirmed: Callback): boolean {
    this.unconfirmed.add(confirmed);
    setImmediate(() => {
      if (!this.unconfirmed.delete(confirmed)) return;
      if (this.broker.isUnbound) this.emit('return', {});
      else this.broker.dead.push({ content, options });
      confirmed(null);
    });
    return true;
  }

  end(): void {
    this.broker.leave(this);
    for (const confirmed of this.unconfirmed) confirmed(new Error('channel closed'));
    this.unconfirmed.clear();
    this.emit('close');
  }

  private async declare(what: string): Promise<void> {
    await Promise.resolve();
    this.broker.asked.push(what);
    const { declareRefusal } = this.broker;
    if (declareRefusal === undefined) return;
    this.emit('error', declareRefusal);
    this.end();
    throw new Error('Operation failed: channel closed');
  }
}

/** An intake at a queue of a fake broker, with quick pauses; and what it logged. */
export class QueueSite {
  readonly broker = new FakeBroker();
  readonly starter = new ScriptedStarter();
  readonly lines: Record<string, unknown>[] = [];
  readonly intake: AmqpIntake;

  constructor(options: Partial<AmqpIntakeOptions> = {}) {
    const write = (line: string) => void this.lines.push(JSON.parse(line) as Record<string, unknown>);
    this.intake = new AmqpIntake({
      settings: SETTINGS,
      bodyLimitBytes: 64 * 1024,
      starter: this.starter,
      logger: pino({ base: null }, { write }),
      connect: this.broker.connect,
      firstPauseMs: 1,
      ...options,
    });
  }

  taking(): Promise<void> {
    return until('the queue to be read', () => this.intake.status().state === 'taking');
  }

  nothingLeft(): Promise<void> {
    const { waiting, unacknowledged } = this.broker;
    return until('every message to be dealt with', () => waiting.length + unacknowledged.size === 0);
  }

  logged(part: string): Record<string, unknown>[] {
    return this.lines.filter(({ msg }) => String(msg).includes(part));
  }
}

export async function until(what: string, holds: () => boolean): Promise<void> {
  await waitFor(() => holds(), { what, everyMs: 1 });
}
