import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { lookAtWayOut } from '../../../../src/host/telegram/way-out';
import { hostSettings } from '../../activities/support/host';

const servers: net.Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function port(): Promise<number> {
  const server = net.createServer((socket) => socket.destroy());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const failing = (code: string) => async () => {
  throw Object.assign(new Error(`getaddrinfo ${code}`), { code });
};

function look(more: object, lookup?: (name: string) => Promise<string[]>) {
  const { telegram } = hostSettings('/nowhere').kingfisher;
  return lookAtWayOut({ ...telegram, reference: null, timeoutMs: 500, ...more }, undefined, lookup);
}

it('looks names up, and connects to any of their addresses', async () => {
  const open = await port();
  const lookup = async () => ['::1', '127.0.0.1'];
  const way = await look({ apiUrl: `https://api.telegram.org:${open}` }, lookup);
  expect(way).toMatchObject({
    telegram: { to: `api.telegram.org:${open}`, name: 'found', connect: 'ok' },
    reference: null,
  });
});

it('needs no name for an address', async () => {
  const open = await port();
  const lookup = failing('EAI_AGAIN');
  const way = await look({ apiUrl: 'https://api.telegram.org', referenceAddress: `127.0.0.1:${open}` }, lookup);
  expect(way.address).toMatchObject({ to: `127.0.0.1:${open}`, name: 'address', connect: 'ok' });
  expect(way.telegram).toMatchObject({
    to: 'api.telegram.org:443',
    name: 'unanswered',
    connect: null,
    detail: 'EAI_AGAIN',
  });
});

it('tells a name that is not known from names that nobody answers for', async () => {
  expect((await look({}, failing('ENOTFOUND'))).telegram.name).toBe('unknown');
  expect((await look({}, failing('EAI_AGAIN'))).telegram.name).toBe('unanswered');
  const never = () => new Promise<string[]>(() => undefined);
  expect((await look({}, never)).telegram).toMatchObject({ name: 'unanswered', detail: 'no answer within 500 ms' });
});

it('tells how a connection was not taken', async () => {
  const way = await look({ apiUrl: 'http://telegram.lab:1', reference: 'http://127.0.0.1:1' }, async () => [
    '127.0.0.1',
  ]);
  expect(way.telegram).toMatchObject({ name: 'found', connect: 'refused', detail: 'ECONNREFUSED' });
  expect(way.reference).toMatchObject({ name: 'address', connect: 'refused' });
  expect((await look({}, async () => [])).telegram).toMatchObject({ name: 'found', connect: 'error' });
});
