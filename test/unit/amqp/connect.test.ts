import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { abandon, closeConnection, connectToBroker } from '../../../src/amqp/connect';
import { troubleOf } from '../../../src/amqp/trouble';
import { playBroker } from '../host/support/broker';
import type { Broker } from '../host/support/broker';

let folder: string;
let server: net.Server;
let sockets: net.Socket[];
const broker: Broker = { published: 0 };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'halcyon-amqp-'));
  sockets = [];
  server = net.createServer((socket) => {
    sockets.push(socket);
    playBroker(socket, broker);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  delete broker.closes;
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const url = () => `amqp://halcyon:hunter2@127.0.0.1:${(server.address() as AddressInfo).port}`;

async function refusal(address: Parameters<typeof connectToBroker>[0]): Promise<unknown> {
  return await connectToBroker(address, 'test').then(
    () => undefined,
    (err: unknown) => err,
  );
}

it('connects by a URL, or by a file that holds it and may have changed', async () => {
  await closeConnection(await connectToBroker({ url: url() }, 'test'));
  const urlFile = join(folder, 'url');
  writeFileSync(urlFile, 'hunter2');
  expect(await refusal({ urlFile })).toEqual(new Error(`${urlFile} holds no URL that starts with amqp:// or amqps://`));
  writeFileSync(urlFile, `${url()}\n`);
  await closeConnection(await connectToBroker({ urlFile }, 'test'));
});

it('says what is wrong with the file, and not what is in it', async () => {
  const urlFile = join(folder, 'absent');
  const trouble = troubleOf(await refusal({ urlFile }));
  expect(trouble).toEqual({
    reason: `${urlFile} cannot be read: ENOENT`,
    hint: 'mend the file, or its path in urlFile',
  });
});

it.each([
  ['login', 403, 'ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN', /user and password/],
  ['open', 530, 'NOT_ALLOWED - vhost / not found', /virtual host/],
] as const)('a broker that refuses at the %s is told with what to do', async (at, replyCode, replyText, hint) => {
  broker.closes = { at, replyCode, replyText };
  const trouble = troubleOf(await refusal({ url: url() }));
  expect(trouble.hint).toMatch(hint);
  expect(JSON.stringify(trouble)).not.toContain('hunter2');
});

it('a broker that is down is told, too', async () => {
  const address = { url: url() };
  await new Promise((resolve) => server.close(resolve));
  expect(troubleOf(await refusal(address))).toEqual({
    reason: expect.stringContaining('ECONNREFUSED'),
    hint: 'look whether RabbitMQ runs, and at host and port of the URL',
  });
});

it('a connection that is abandoned is at its end for whoever uses it, and sends no heartbeats any more', async () => {
  const connection = await connectToBroker({ url: url() }, 'test');
  const closed = new Promise((resolve) => connection.once('close', resolve));
  abandon(connection);
  await closed;
});

it('is closed without the broker where that hangs', async () => {
  const connection = await connectToBroker({ url: url() }, 'test');
  for (const socket of sockets) socket.pause();
  await closeConnection(connection);
  await closeConnection(connection);
});
