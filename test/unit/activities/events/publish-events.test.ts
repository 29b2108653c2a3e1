import { EventEmitter } from 'node:events';
import type { ChannelModel } from 'amqplib';
import { publishEvents } from '../../../../src/activities/control/events/publish-events';
import type { EventQueue, WaitingEvent } from '../../../../src/store/events/event-queue';
import { waitFor } from '../../../support/wait-for';

const SETTINGS = { url: 'amqp://halcyon:hunter2@mq', events: { exchange: 'halcyon.incidents', declare: true } };

/** A broker that confirms what it takes, in memory. */
class Broker {
  readonly taken: { routingKey: string; id: string; persistent: unknown }[] = [];
  readonly declared: string[] = [];
  refusal: Error | undefined;
  /** Takes so many more, and dies before it confirms them. */
  diesAfter = Infinity;
  private connection: EventEmitter | undefined;

  readonly connect = async (): Promise<ChannelModel> => {
    await Promise.resolve();
    if (this.refusal !== undefined) throw this.refusal;
    const connection = Object.assign(new EventEmitter(), {
      createConfirmChannel: () => Promise.resolve(this.channel()),
      close: () => Promise.resolve(),
    });
    this.connection = connection;
    return connection as unknown as ChannelModel;
  };

  private channel(): object {
    return Object.assign(new EventEmitter(), {
      assertExchange: (name: string, type: string) => Promise.resolve(this.declared.push(`${name} ${type}`)),
      publish: (_exchange: string, routingKey: string, content: Buffer, { persistent }: { persistent: boolean }) => {
        if (this.diesAfter <= 0) return;
        this.diesAfter -= 1;
        const { id } = JSON.parse(content.toString()) as { id: string };
        this.taken.push({ routingKey, id, persistent });
      },
      waitForConfirms: async () => {
        await Promise.resolve();
        if (this.diesAfter > 0) return;
        this.connection!.emit('close', new Error('Unexpected close'));
        throw new Error('channel ended, no reply will be forthcoming');
      },
    });
  }
}

class Queue implements EventQueue {
  left: WaitingEvent[] = [];
  isReleased = false;

  add(...ids: string[]): void {
    this.left.push(...ids.map((id) => ({ id, routingKey: 'incident.opened.x.y', body: { id, event: 'opened' } })));
  }
  waiting = (_holder: string, limit: number) => Promise.resolve(this.left.slice(0, limit));
  published = (ids: string[]) => Promise.resolve(void (this.left = this.left.filter(({ id }) => !ids.includes(id))));
  release = () => Promise.resolve(void (this.isReleased = true));
}

const warned: object[] = [];
const log = { info: () => undefined, warn: (about: object) => void warned.push(about) };
let broker: Broker;
let queue: Queue;
let publisher: { stop(): Promise<void> };

beforeEach(() => {
  warned.splice(0);
  broker = new Broker();
  queue = new Queue();
});
afterEach(() => publisher.stop());

const begin = () =>
  (publisher = publishEvents(SETTINGS, { events: queue }, { log, connect: broker.connect, firstPauseMs: 1 }));
const untilEmpty = () => waitFor(() => queue.left.length === 0, { what: 'all events to be published' });

it('publishes what waits, in its order, persistent, and says so to the store once it is confirmed', async () => {
  queue.add('1', '2', '3');
  begin();
  await untilEmpty();
  expect(broker.taken.map(({ id, persistent }) => [id, persistent])).toEqual([
    ['1', true],
    ['2', true],
    ['3', true],
  ]);
  expect(broker.declared).toEqual(['halcyon.incidents topic']);
});

it('publishes again, from the first, what a broker that died had not confirmed', async () => {
  queue.add('1', '2', '3');
  broker.diesAfter = 2;
  begin();
  await waitFor(() => broker.taken.length === 2, { what: 'two to be taken' });
  broker.diesAfter = Infinity;
  await untilEmpty();
  expect(broker.taken.map(({ id }) => id)).toEqual(['1', '2', '1', '2', '3']);
});

it('waits for a broker that is down, says why once, and loses nothing', async () => {
  broker.refusal = new Error('connect ECONNREFUSED 127.0.0.1:5672');
  queue.add('1');
  begin();
  await waitFor(() => warned.length > 0, { what: 'the reason to be told' });
  expect(warned).toMatchObject([{ exchange: 'halcyon.incidents', reason: 'connect ECONNREFUSED 127.0.0.1:5672' }]);
  broker.refusal = undefined;
  await untilEmpty();
});

it('leaves it to the next when it is stopped', async () => {
  begin();
  await waitFor(() => broker.declared.length > 0, { what: 'it to begin' });
  await publisher.stop();
  expect(queue.isReleased).toBe(true);
});
