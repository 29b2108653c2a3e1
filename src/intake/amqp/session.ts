import type { ConsumeMessage } from 'amqplib';
import type { BrokerAddress, Connect } from '../../amqp/connect';
import { Lifetime } from '../../amqp/lifetime';
import type { Session } from '../../amqp/session-loop';
import { DeadLetters } from './dead-letters';
import type { MessageTaker } from './message-taker';
import { ensureTopology } from './topology';
import type { Topology } from './topology';

export type QueueSettings = Topology & BrokerAddress & { prefetch: number };

/**
 * Connects, sees that exchanges and queues are there, and takes messages. Two connections: a broker that protects itself
 * reads nothing from one that publishes, acknowledgements neither.
 *
 * @throws Error why none could begin; nothing is left open then
 */
export async function openSession(settings: QueueSettings, taker: MessageTaker, connect: Connect): Promise<Session> {
  const lifetime = new Lifetime();
  return await lifetime.orEnd(async () => {
    const incoming = lifetime.add(await connect(settings, 'halcyon intake'));
    const outgoing = lifetime.add(await connect(settings, 'halcyon intake dead letters'));
    const publishing = await outgoing.createConfirmChannel();
    lifetime.watch(publishing);
    const channel = await incoming.createChannel();
    lifetime.watch(channel);
    await ensureTopology(channel, settings);
    await channel.prefetch(settings.prefetch);

    const burial = new DeadLetters(publishing, settings.deadLetterExchange, settings.deadLetterQueue);
    const underWay = new Set<Promise<void>>();
    const take = async (message: ConsumeMessage) => {
      const outcome = await taker.take(message, burial, lifetime.signal);
      // Without the channel it came by, the broker gives it again.
      if (lifetime.signal.aborted) return;
      if (outcome === 'done') channel.ack(message);
      else channel.nack(message, false, true);
    };
    const { consumerTag } = await channel.consume(settings.queue, (message) => {
      if (message === null) return lifetime.end(new Error('the queue is gone: the broker has cancelled its consumer'));
      const taking = take(message).catch(lifetime.end);
      underWay.add(taking);
      void taking.then(() => underWay.delete(taking));
    });
    const letEnd = async () => {
      await channel.cancel(consumerTag).catch(() => undefined);
      await Promise.all(underWay);
    };
    const stop = async (withinMs: number) => {
      await Promise.race([letEnd(), new Promise((resolve) => setTimeout(resolve, withinMs).unref())]);
      lifetime.end('stopped');
      await lifetime.close();
    };
    return { ended: lifetime.ended, stop };
  });
}
