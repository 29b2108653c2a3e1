import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfirmChannel } from 'amqplib';
import type { BrokerAddress, Connect } from '../../../amqp/connect';
import { Lifetime } from '../../../amqp/lifetime';
import type { Session } from '../../../amqp/session-loop';
import type { EventQueue, WaitingEvent } from '../../../store/events/event-queue';

const AT_ONCE = 100;
const LOOK_EVERY_MS = 1_000;
/** The recorder says why the store is away. */
const STORE_AGAIN_MS = 5_000;
/** Less than another controller waits before it publishes: two at once would mix up the order. */
const CONFIRMED_WITHIN_MS = 15_000;

export type EventSettings = BrokerAddress & { events: { exchange: string; declare: boolean } };

/**
 * Connects, sees that the exchange is there, and publishes what waits, in its order. What the broker has not confirmed
 * is published again.
 *
 * @param holder names this process among those that publish
 * @throws Error why none could begin; nothing is left open then
 */
export async function openPublisher(
  settings: EventSettings,
  queue: EventQueue,
  { holder, connect }: { holder: string; connect: Connect },
): Promise<Session> {
  const lifetime = new Lifetime();
  const { exchange, declare } = settings.events;
  return await lifetime.orEnd(async () => {
    const connection = lifetime.add(await connect(settings, 'halcyon incident events'));
    const channel = await connection.createConfirmChannel();
    lifetime.watch(channel);
    if (declare) await channel.assertExchange(exchange, 'topic', { durable: true });
    else await channel.checkExchange(exchange);
    const working = publishAll(channel, exchange, { queue, holder, signal: lifetime.signal }).catch(lifetime.end);
    const stop = async (withinMs: number) => {
      lifetime.end('stopped');
      await Promise.race([working, sleep(withinMs, undefined, { ref: false })]);
      await queue.release(holder).catch(() => undefined);
      await lifetime.close();
    };
    return { ended: lifetime.ended, stop };
  });
}

interface Work {
  queue: EventQueue;
  holder: string;
  signal: AbortSignal;
}

async function publishAll(channel: ConfirmChannel, exchange: string, { queue, holder, signal }: Work): Promise<void> {
  while (!signal.aborted) {
    const events = await orNull(queue.waiting(holder, AT_ONCE));
    let isStoreWell = events !== null;
    for (const event of events ?? []) publish(channel, exchange, event);
    if (events !== null && events.length > 0) {
      await confirmed(channel, signal);
      if (signal.aborted) return;
      // Where the store does not take it, they are published once more.
      isStoreWell = (await orNull(queue.published(events.map(({ id }) => id)).then(() => true))) ?? false;
    }
    const isMore = events?.length === AT_ONCE;
    const pauseMs = !isStoreWell ? STORE_AGAIN_MS : isMore ? 0 : LOOK_EVERY_MS;
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Null where the store does not answer. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  return await asked.catch(() => null);
}

function publish(channel: ConfirmChannel, exchange: string, { routingKey, body }: WaitingEvent): void {
  channel.publish(exchange, routingKey, Buffer.from(JSON.stringify(body)), {
    persistent: true,
    contentType: 'application/json',
    messageId: body.id,
    type: `incident.${body.event}`,
    appId: 'halcyon',
  });
}

/** @throws Error where the broker refuses one, or says nothing */
async function confirmed(channel: ConfirmChannel, signal: AbortSignal): Promise<void> {
  const late = new AbortController();
  const ended = AbortSignal.any([signal, late.signal]);
  const waiting = sleep(CONFIRMED_WITHIN_MS, 'late' as const, { signal: ended }).catch(() => 'ended' as const);
  try {
    const came = await Promise.race([channel.waitForConfirms(), waiting]);
    if (came === 'late') throw new Error(`the broker confirmed no event within ${CONFIRMED_WITHIN_MS / 1_000} s`);
  } finally {
    late.abort();
  }
}
