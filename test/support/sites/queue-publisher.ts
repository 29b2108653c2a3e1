import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';
import type { ChannelModel, ConfirmChannel, GetMessage } from 'amqplib';
import { closeConnection } from '../../../src/amqp/connect';

/** What somebody sends to a queue. */
export interface Sent {
  id: string;
  body: Buffer;
}

const BATCH = 100;
const CONFIRM_WITHIN_MS = 20_000;

/** Sends as a careful sender does: what the broker has not confirmed is sent again until it has. */
export async function publishAll(url: string, exchange: string, messages: Sent[]): Promise<{ again: number }> {
  const left = [...messages];
  let again = 0;
  while (left.length > 0) {
    try {
      await withBroker(url, async (channel) => {
        while (left.length > 0) {
          const batch = left.slice(0, BATCH);
          for (const { id, body } of batch)
            channel.publish(exchange, 'test', body, { persistent: true, messageId: id });
          await channel.waitForConfirms();
          left.splice(0, batch.length);
        }
      });
    } catch {
      again += Math.min(BATCH, left.length);
      await sleep(200);
    }
  }
  return { again };
}

/** Takes everything out of a queue. */
export async function drain(url: string, queue: string): Promise<GetMessage[]> {
  const messages: GetMessage[] = [];
  await withBroker(url, async (channel) => {
    for (;;) {
      const message = await channel.get(queue, { noAck: true });
      if (message === false) return;
      messages.push(message);
    }
  });
  return messages;
}

async function withBroker(url: string, use: (channel: ConfirmChannel) => Promise<void>): Promise<void> {
  const connection: ChannelModel = await connect(`${url}?heartbeat=5`, { timeout: CONFIRM_WITHIN_MS });
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    await use(channel);
  } finally {
    await closeConnection(connection);
  }
}
