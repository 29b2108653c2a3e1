import { randomUUID } from 'node:crypto';
import { connectToBroker } from '../../../amqp/connect';
import type { Connect } from '../../../amqp/connect';
import { SessionLoop } from '../../../amqp/session-loop';
import type { Store } from '../../../store/store';
import { openPublisher } from './publisher-session';
import type { EventSettings } from './publisher-session';

const STOP_WITHIN_MS = 2_000;

interface Log {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
}

interface Options {
  log: Log;
  /** @default over the network */
  connect?: Connect;
  /** Milliseconds of the first pause between two tries. @default one second */
  firstPauseMs?: number;
}

/** Publishes what becomes of incidents until it is stopped. A broker that is down keeps nobody: the record has it meanwhile. */
export function publishEvents(
  settings: EventSettings,
  store: Pick<Store, 'events'>,
  { log, connect = connectToBroker, firstPauseMs }: Options,
): { stop(): Promise<void> } {
  const { exchange } = settings.events;
  const holder = randomUUID();
  const loop = new SessionLoop({
    open: () => openPublisher(settings, store.events, { holder, connect }),
    onBegun: () => log.info({ exchange }, 'incident events are published'),
    onEnded: () => undefined,
    tell: (trouble) =>
      log.warn(
        { exchange, ...trouble },
        'incident events are not published now: nothing waits for that, and they go out once the broker is back',
      ),
    firstPauseMs,
  });
  loop.start();
  return { stop: () => loop.stop(STOP_WITHIN_MS) };
}
