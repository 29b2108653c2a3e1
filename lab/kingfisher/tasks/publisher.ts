/** Publishes what waits in the outbox, strictly in order, each event with the broker's confirmation. */
import type { Socket } from 'node:net';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { log } from '../log';
import type { Metrics } from '../metrics';
import type { Outbox, OutboxEvent } from './outbox';

export const EVENTS_EXCHANGE = 'kingfisher.events';
/** Holds events for those who read them; the oldest give way. */
const EVENTS_QUEUE = 'kingfisher.analysis';
const QUEUE_LENGTH = 10_000;

const BATCH = 100;
const CONNECT_TIMEOUT_MS = 3_000;
const CONFIRM_TIMEOUT_MS = 10_000;

/** The broker refused this event: the event is at fault, not the connection. */
class Refused extends Error {}

export class Publisher {
  private connection: ChannelModel | undefined;
  private channel: ConfirmChannel | undefined;
  private refusal: Error | undefined;
  private isReady = false;
  private isBlocked = false;
  private isBusy = false;
  private reported = '';

  constructor(
    private readonly url: URL,
    private readonly outbox: Outbox,
    private readonly metrics: Metrics,
  ) {}

  /** Publishes a batch, unless one is under way. Called each second; a broker that is down is tried again. Never rejects. */
  async round(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      await this.publishWaiting(await this.open());
      this.reported = '';
    } catch (error) {
      this.report((error as Error).message || String((error as NodeJS.ErrnoException).code));
    } finally {
      this.isBusy = false;
    }
  }

  private async publishWaiting(channel: ConfirmChannel): Promise<void> {
    const done: string[] = [];
    try {
      for (const event of await this.outbox.waiting(BATCH)) {
        // In order: an event that waits for its next attempt, or has none left, holds up all others.
        if (!event.is_due || event.attempts >= event.max_attempts) return;
        if (!(await this.publishOne(channel, event))) return;
        done.push(event.id);
      }
    } finally {
      if (done.length > 0) await this.outbox.published(done);
      this.metrics.outboxPublished.add(done.length);
    }
  }

  private async publishOne(channel: ConfirmChannel, event: OutboxEvent): Promise<boolean> {
    try {
      await this.confirmed(channel, event);
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const attempt = `event ${event.id} failed, attempt ${event.attempts + 1} of ${event.max_attempts}`;
      log('ERROR', 'outbox', `outbox publisher: ${attempt}: ${error.message}`);
      await this.outbox.failed(event.id, error.message);
      return false;
    }
  }

  private async confirmed(channel: ConfirmChannel, event: OutboxEvent): Promise<void> {
    this.refusal = undefined;
    const body = Buffer.from(JSON.stringify(event.payload));
    const options = { persistent: true, messageId: event.id, type: event.event_type, contentType: 'application/json' };
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        // A broker that protects itself says so, and confirms when it is well again.
        timer = setInterval(() => this.isBlocked || reject(new Error('no confirm within 10 s')), CONFIRM_TIMEOUT_MS);
        channel.publish(event.exchange, event.routing_key, body, options, (error?: Error | null) =>
          error ? reject(error) : resolve(),
        );
      });
    } catch (error) {
      const refusal = this.refusal as Error | undefined;
      this.abandon();
      throw refusal === undefined ? error : new Refused(refusal.message);
    } finally {
      clearInterval(timer);
    }
  }

  /** The open channel; else a new connection with what KingFisher declares. */
  private async open(): Promise<ConfirmChannel> {
    if (this.channel !== undefined) return this.channel;
    const connection = await connect(`${this.url.href}?heartbeat=10`, { timeout: CONNECT_TIMEOUT_MS });
    this.connection = connection;
    connection.on('error', () => undefined);
    connection.on('close', () => this.forget(connection));
    connection.on('blocked', (why: string) => {
      this.isBlocked = true;
      log('WARNING', 'outbox', `outbox publisher: RabbitMQ blocks publishers: ${why}`);
    });
    connection.on('unblocked', () => (this.isBlocked = false));
    try {
      const channel = await connection.createConfirmChannel();
      channel.on('error', (error: Error) => (this.refusal = error));
      channel.on('close', () => (this.channel = undefined));
      await channel.assertExchange(EVENTS_EXCHANGE, 'topic', { durable: true });
      await channel.assertQueue(EVENTS_QUEUE, { durable: true, maxLength: QUEUE_LENGTH });
      await channel.bindQueue(EVENTS_QUEUE, EVENTS_EXCHANGE, '#');
      if (!this.isReady) log('INFO', 'outbox', `publisher ready, exchange ${EVENTS_EXCHANGE} declared`);
      this.isReady = true;
      this.channel = channel;
      return channel;
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  /** Ends the connection without waiting for a broker that may not answer. */
  private abandon(): void {
    const { connection } = this;
    if (connection === undefined) return;
    this.forget(connection);
    (connection.connection as unknown as { stream: Socket }).stream.destroy();
  }

  private forget(connection: ChannelModel): void {
    if (this.connection !== connection) return;
    this.connection = undefined;
    this.channel = undefined;
    this.isBlocked = false;
  }

  /** Once per reason: a broker that is down for an hour shall not fill the log. */
  private report(message: string): void {
    if (message !== this.reported) log('ERROR', 'outbox', `outbox publisher: ${message}`);
    this.reported = message;
  }
}
