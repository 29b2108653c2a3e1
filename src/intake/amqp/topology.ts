import type { Channel } from 'amqplib';

/** What stands on the broker. */
export interface Topology {
  exchange: string;
  queue: string;
  deadLetterExchange: string;
  deadLetterQueue: string;
  /** Make it where it is not there; else only look. */
  declare: boolean;
}

/** Survives a node of the broker, and writes to disk before it confirms. */
const QUORUM = { 'x-queue-type': 'quorum' };
/**
 * RabbitMQ 4 gives a message up after 20 deliveries unless told otherwise, 3 never. An hour without Temporal is more of
 * them than 20, and no reason. Before 4 there is no word for "never".
 */
const DELIVERY_LIMIT = 1_000_000;

/**
 * Sees that exchanges and queues are there: durable, quorum queues.
 *
 * @throws Error of the broker: they have other properties, are not there, or we may not
 */
export async function ensureTopology(channel: Channel, topology: Topology): Promise<void> {
  const { exchange, queue, deadLetterExchange, deadLetterQueue, declare } = topology;
  if (!declare) {
    await channel.checkExchange(deadLetterExchange);
    await channel.checkQueue(queue);
    return;
  }
  await channel.assertExchange(deadLetterExchange, 'fanout', { durable: true });
  await channel.assertQueue(deadLetterQueue, { durable: true, arguments: QUORUM });
  await channel.bindQueue(deadLetterQueue, deadLetterExchange, '');
  await channel.assertExchange(exchange, 'topic', { durable: true });
  await channel.assertQueue(queue, {
    durable: true,
    deadLetterExchange,
    arguments: { ...QUORUM, 'x-delivery-limit': DELIVERY_LIMIT },
  });
  await channel.bindQueue(queue, exchange, '#');
}
