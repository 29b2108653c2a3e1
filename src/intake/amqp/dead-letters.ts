import type { ConfirmChannel, ConsumeMessage, Options } from 'amqplib';

/** These would send the dead letter elsewhere once more. */
const ROUTING_HEADERS = ['CC', 'BCC'];
/** Characters. AMQP's client has no room for 64 KiB: our own headers are what counts. */
const MAX_HEADERS = 16 * 1024;

/** Where messages go that can never be read: the same bytes, with headers that say why. */
export class DeadLetters {
  /** One at a time: what the broker returns is the one that is under way. */
  private last: Promise<void> = Promise.resolve();
  private wasReturned = false;

  constructor(
    private readonly channel: ConfirmChannel,
    private readonly exchange: string,
    private readonly queue: string,
  ) {
    channel.on('return', () => (this.wasReturned = true));
  }

  /**
   * Resolves when the broker has confirmed it.
   *
   * @param from the queue that it came by
   * @throws Error when no queue takes it, the broker refuses it, or the connection ends before it is confirmed
   */
  bury(message: ConsumeMessage, reason: string, from: string): Promise<void> {
    const burial = this.last.then(() => this.publish(message, reason, from));
    this.last = burial.catch(() => undefined);
    return burial;
  }

  private async publish(message: ConsumeMessage, reason: string, from: string): Promise<void> {
    this.wasReturned = false;
    await this.confirmed(message, optionsOf(message, reason, from));
    if (!this.wasReturned) return;
    throw new Error(`no queue takes what exchange ${this.exchange} gets: bind ${this.queue} to it`);
  }

  private confirmed({ content, fields }: ConsumeMessage, options: Options.Publish): Promise<void> {
    return new Promise((resolve, reject) => {
      this.channel.publish(this.exchange, fields.routingKey, content, options, (err: unknown) => {
        if (err === null || err === undefined) resolve();
        else reject(err instanceof Error ? err : new Error('the broker refused a dead letter'));
      });
    });
  }
}

/** Of the original's, what says something about it and has no effect. `expiration` and `userId` would have one. */
function optionsOf(message: ConsumeMessage, reason: string, from: string): Options.Publish {
  const { properties, fields } = message;
  const { contentType, contentEncoding, messageId, correlationId, timestamp, type, appId } =
    properties as Options.Publish;
  const told = { contentType, contentEncoding, messageId, correlationId, timestamp, type, appId };
  return {
    ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)),
    mandatory: true,
    persistent: true,
    headers: {
      ...plainHeaders(properties.headers ?? {}),
      'x-halcyon-reason': reason,
      'x-halcyon-queue': from,
      'x-halcyon-exchange': fields.exchange,
      'x-halcyon-routing-key': fields.routingKey,
      'x-halcyon-refused-at': new Date().toISOString(),
    },
  };
}

function plainHeaders(headers: Record<string, unknown>): Record<string, unknown> {
  let left = MAX_HEADERS;
  const plain = Object.entries(headers).filter(([name, value]) => {
    if (ROUTING_HEADERS.includes(name) || !['string', 'number', 'boolean'].includes(typeof value)) return false;
    left -= name.length + String(value).length;
    return left >= 0;
  });
  return Object.fromEntries(plain);
}
