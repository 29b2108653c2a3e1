import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { CommandNotStarted } from '../../../../src/host/programs/program';
import { observeDependencyPath } from '../../../../src/host/stores/dependency-path';
import type { DependencyName } from '../../../../src/shared/observations/service';

let server: net.Server | undefined;
afterEach(async () => {
  const closing = server;
  server = undefined;
  if (closing !== undefined) await new Promise((resolve) => closing.close(resolve));
});

async function listen(): Promise<number> {
  const listening = net.createServer((socket) => socket.on('error', () => {}));
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return (listening.address() as AddressInfo).port;
}

const run = async ({ program }: { program: string }) => {
  throw new CommandNotStarted(program, 'it is not there');
};

const look = async (dependency: DependencyName, url: string) =>
  await observeDependencyPath({ dependency, url }, run, undefined);

it.each([
  ['postgres', 'postgres://kingfisher:pw@127.0.0.1:PORT/kingfisher'],
  ['redis', 'redis://:pw@127.0.0.1:PORT/0'],
  ['rabbitmq', 'amqp://guest:pw@127.0.0.1:PORT'],
] as const)('the way to the port of %s that takes connections is open', async (dependency, url) => {
  const port = await listen();
  expect(await look(dependency, url.replace('PORT', String(port)))).toEqual({
    host: '127.0.0.1',
    port,
    isReachable: true,
    why: '',
    isListening: true,
    rules: [],
    rulesUnknown: expect.stringContaining('no /usr/sbin/nft'),
  });
});

it('to one where nobody listens it is not, and that is said', async () => {
  const port = await listen();
  await new Promise((resolve) => server!.close(resolve));
  server = undefined;
  expect(await look('rabbitmq', `amqp://127.0.0.1:${port}`)).toMatchObject({
    isReachable: false,
    why: 'ECONNREFUSED',
    isListening: false,
  });
});

it.each([
  ['rabbitmq', 'amqps://192.0.2.7', 5_671],
  ['postgres', 'postgresql://192.0.2.7/kingfisher', 5_432],
  ['postgres', 'postgresql://db/kingfisher?host=192.0.2.7&port=5433', 5_433],
  ['redis', 'rediss://192.0.2.7', 6_379],
] as const)('of another host only that host knows who listens, and the port is that of %s', async (name, url, port) => {
  expect(await look(name, url)).toMatchObject({
    host: '192.0.2.7',
    port,
    isReachable: false,
    isListening: null,
  });
});

it.each([
  ['postgres', 'postgres://kingfisher@%2Fvar%2Frun%2Fpostgresql/kingfisher'],
  ['postgres', 'postgres://kingfisher@db/kingfisher?host=/var/run/postgresql'],
  ['redis', 'redis://cache?path=/run/redis/redis.sock'],
] as const)('there is none to a Unix socket of %s: %s', async (dependency, url) => {
  expect(await look(dependency, url)).toBeNull();
});
