import { closeConnection, connectToBroker } from '../amqp/connect';
import { troubleOf } from '../amqp/trouble';
import type { Config } from '../config';
import { openStore } from '../store/store';
import { maskSecrets } from '../shared/text/secrets/mask';
import type { Checkup } from './doctor';

/** Whether the record and the broker of incident events can be reached from here, where they are configured. */
export async function recordCheckups({ store, amqp }: Pick<Config, 'store' | 'amqp'>): Promise<Checkup[]> {
  const { url, path } = store;
  return [
    ...(url === null && path === null ? [] : [await storeOf(url === null ? { path: path! } : { url })]),
    ...(amqp === null ? [] : [await brokerOf(amqp)]),
  ];
}

async function storeOf(location: { url: string } | { path: string }): Promise<Checkup> {
  const what = 'store';
  const where = 'url' in location ? hostOf(location.url) : location.path;
  const store = openStore(location);
  try {
    const { migrations, waiting } = await store.state();
    const events = waiting === 0 ? '' : `; ${waiting} incident events wait to be published`;
    return { what, state: 'ok', detail: `${where}, ${migrations} migrations${events}` };
  } catch (err) {
    const reason = maskSecrets(err instanceof Error ? err.message || err.name : String(err));
    const remedy =
      'url' in location
        ? 'look whether that PostgreSQL runs; the log of the controller says what it lacks'
        : 'a controller serves it on its own machine, to its own user: ask there';
    return { what, state: 'url' in location ? 'missing' : 'unknown', detail: `${where}: ${reason}: ${remedy}` };
  } finally {
    await store.close();
  }
}

async function brokerOf(amqp: NonNullable<Config['amqp']>): Promise<Checkup> {
  const what = 'incident events';
  const { exchange } = amqp.events;
  try {
    await closeConnection(await connectToBroker(amqp, 'halcyon doctor'));
    return { what, state: 'ok', detail: `the broker answers; exchange ${exchange}` };
  } catch (err) {
    const { reason, hint } = troubleOf(err);
    return { what, state: 'missing', detail: `${reason}: ${hint}` };
  }
}

function hostOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
