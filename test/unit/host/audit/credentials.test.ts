import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { auditCredentials } from '../../../../src/host/audit/credentials';
import { playBroker } from '../support/broker';
import type { Broker } from '../support/broker';
import { playRedis } from '../support/redis';

const { signal } = new AbortController();
const servers: net.Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function serve(answer: (socket: net.Socket) => void): Promise<string> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    answer(socket);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const unit = 'x.service';
const own = () => ['127.0.0.1'];

describe('RabbitMQ', () => {
  const closes = (at: 'login' | 'open', replyCode: number, replyText: string) => ({ at, replyCode, replyText });

  async function audit(more: Partial<Broker>) {
    const at = await serve((socket) => playBroker(socket, { published: 0, ...more }));
    return await auditCredentials({ rabbitmq: { unit, url: `amqp://kingfisher:s3cret@${at}` } }, { signal, own });
  }

  it.each([
    ['lets guest in', {}],
    ['lets guest in, and not into the virtual host', { closes: closes('open', 530, 'NOT_ALLOWED - access refused') }],
  ])('that %s is a finding', async (_what, broker) => {
    const { findings, unknown } = await audit(broker);
    expect(findings).toEqual([expect.stringMatching(/^RabbitMQ at 127.0.0.1:\d+ lets in guest with the password/)]);
    expect(unknown).toEqual([]);
  });

  it('that refuses guest is good, and one that breaks off is not known', async () => {
    expect(await audit({ closes: closes('login', 403, 'ACCESS_REFUSED - Login was refused') })).toMatchObject({
      ...{ findings: [], unknown: [], seen: 'tried: rabbitmq' },
    });
    const broken = await audit({ closes: closes('login', 541, 'INTERNAL_ERROR') });
    expect(broken).toMatchObject({ findings: [], unknown: [expect.stringMatching(/^rabbitmq: /)], seen: '' });
  });
});

describe('Redis', () => {
  const audit = async (url: string, addresses = own) =>
    await auditCredentials({ redis: { unit, url } }, { signal, own: addresses });

  it('that answers on an address of its host without a password is a finding; on the loopback alone it is good', async () => {
    const redis = await playRedis([]);
    const at = new URL(redis.url).host;
    try {
      // The played one says OK to everything; a PING needs more.
      const pong = await serve((socket) => socket.on('data', () => socket.write('+PONG\r\n')));
      expect((await audit(`redis://:secret@${pong}`)).findings).toEqual([`Redis at ${pong} wants no password`]);
      expect((await audit(`redis://${at}`, () => [])).findings).toEqual([]);
    } finally {
      redis.close();
    }
  });

  it.each([
    ['wants a password', '-NOAUTH Authentication required.\r\n', []],
    ['protects itself', '-DENIED Redis is running in protected mode\r\n', []],
    ['says something else', '-ERR what\r\n', [expect.stringMatching(/^redis: .*ERR what/)]],
  ])('that %s', async (_what, said, unknown) => {
    const at = await serve((socket) => socket.on('data', () => socket.write(said)));
    expect(await audit(`redis://${at}`)).toMatchObject({ findings: [], unknown });
  });

  it('that does not listen there is good', async () => {
    expect(await audit('redis://127.0.0.1:9')).toMatchObject({ findings: [], unknown: [] });
  });
});

it('what is not configured was not looked at, and a database that is away is not known', async () => {
  const { notLooked, unknown } = await auditCredentials(
    { postgres: { unit, url: 'postgres://k@127.0.0.1:9/zmart_core' } },
    { signal, own },
  );
  expect(notLooked).toEqual(['dependencies.rabbitmq is not configured', 'dependencies.redis is not configured']);
  expect(unknown).toEqual([expect.stringMatching(/^postgres: PostgreSQL, asked for pg_hba_file_rules: /)]);
});
