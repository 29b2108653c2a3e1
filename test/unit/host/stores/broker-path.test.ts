import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { CommandNotStarted } from '../../../../src/host/programs/program';
import { observeBrokerPath } from '../../../../src/host/stores/broker-path';

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

it('the way to a port that takes connections is open', async () => {
  const port = await listen();
  expect(await observeBrokerPath(`amqp://guest:pw@127.0.0.1:${port}`, run, undefined)).toEqual({
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
  expect(await observeBrokerPath(`amqp://127.0.0.1:${port}`, run, undefined)).toMatchObject({
    isReachable: false,
    why: 'ECONNREFUSED',
    isListening: false,
  });
});

it('of another host only that host knows who listens, and the port is that of the protocol', async () => {
  const controller = new AbortController();
  const looking = observeBrokerPath('amqps://192.0.2.7', run, controller.signal);
  await expect(looking).resolves.toMatchObject({
    host: '192.0.2.7',
    port: 5_671,
    isReachable: false,
    isListening: null,
  });
});
