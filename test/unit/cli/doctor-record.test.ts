import { recordCheckups } from '../../../src/cli/doctor-record';

const KEEP = { keepForMs: 86_400_000 };
/** Nobody listens there. */
const NOWHERE = '127.0.0.1:1';

it('asks for nothing that is not configured', async () => {
  expect(await recordCheckups({ store: { url: null, path: null, ...KEEP }, amqp: null })).toEqual([]);
});

it('says what cannot be reached and what to do, and no password', async () => {
  const store = { url: `postgres://halcyon:hunter2@${NOWHERE}/halcyon`, path: null, ...KEEP };
  const amqp = { url: `amqp://halcyon:hunter2@${NOWHERE}`, events: { exchange: 'halcyon.incidents', declare: true } };
  const checkups = await recordCheckups({ store, amqp });
  expect(checkups).toEqual([
    {
      what: 'store',
      state: 'missing',
      detail: expect.stringMatching(/^127\.0\.0\.1:1\/halcyon: .*ECONNREFUSED/) as string,
    },
    {
      what: 'incident events',
      state: 'missing',
      detail: expect.stringContaining('look whether RabbitMQ runs') as string,
    },
  ]);
  expect(JSON.stringify(checkups)).not.toContain('hunter2');
});

it('leaves an embedded store that does not answer to whoever is on its machine', async () => {
  const store = { url: null, path: '/nowhere/halcyon-record', ...KEEP };
  expect(await recordCheckups({ store, amqp: null })).toMatchObject([{ what: 'store', state: 'unknown' }]);
});
