import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { timeFirstByte } from '../../../src/host/probes/first-byte';
import { createRedactor } from '../../../src/host/redact';
import { firstByteOf } from '../../../src/shared/observations/latency/latency';
import type { OpenAiLook } from '../../../src/shared/observations/latency/latency';

const redact = createRedactor([]);
const servers: net.Server[] = [];
const sockets = new Set<net.Socket>();
afterEach(async () => {
  sockets.forEach((socket) => socket.destroy());
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listening(server: net.Server): Promise<string> {
  servers.push(server);
  server.on('connection', (socket: net.Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ask = (url: string, timeoutMs = 5_000) => timeFirstByte({ url, path: '/v1/models', timeoutMs }, { redact });

describe('the time to the first byte', () => {
  it('is told of any answer, asked twice without a token, and does not wait for the rest of it', async () => {
    const asked: (string | undefined)[] = [];
    const url = await listening(
      http.createServer((request, response) => {
        asked.push(request.url, request.headers.authorization);
        response.writeHead(401);
        response.write('{'); // and never the rest
      }),
    );
    const state = await ask(url);
    expect(asked).toEqual(['/v1/models', undefined, '/v1/models', undefined]);
    expect(state.looks).toMatchObject([{ status: 401 }, { status: 401 }]);
    expect(firstByteOf(state)).toBeLessThan(4_000);
    expect(state.place).toMatch(/^127\.0\.0\.1:\d+\/v1\/models$/);
  });

  it('is the time-out where somebody takes the connection and says nothing', async () => {
    const state = await ask(await listening(net.createServer()), 50);
    expect(state).toMatchObject({ takesConnections: true, looks: [{ answer: 'timeout', firstByteMs: null }, {}] });
    expect(firstByteOf(state)).toBe(50);
  });

  it('is not known where nobody listens, or what answers is no HTTP', async () => {
    const closed = net.createServer();
    const url = await listening(closed);
    await new Promise((resolve) => closed.close(resolve));
    expect(firstByteOf(await ask(url))).toBeUndefined();
    const foreign = await listening(net.createServer((socket) => socket.end('no HTTP at all\r\n')));
    const state = await ask(foreign);
    expect(state.takesConnections).toBe(true);
    expect(firstByteOf(state)).toBeUndefined();
  });
});

describe('of several looks', () => {
  const state = (takesConnections: boolean | null, ...looks: Partial<OpenAiLook>[]) => ({
    place: 'api.openai.com/v1/models',
    looks: looks.map((look): OpenAiLook => ({ answer: 'denied', status: 401, firstByteMs: null, detail: '', ...look })),
    takesConnections,
    timeoutMs: 5_000,
    observedAt: '',
  });
  const late: Partial<OpenAiLook> = { answer: 'timeout', status: null };

  it.each([
    ['the fastest counts', state(null, { firstByteMs: 4_000 }, { firstByteMs: 100 }), 100],
    ['one late one is none', state(true, late, { firstByteMs: 100 }), 100],
    ['all late ones are the time-out', state(true, late, late), 5_000],
    ['late ones without a connection are not known', state(false, late, late), undefined],
    ['one that failed is not known', state(true, { answer: 'error', status: null }, { firstByteMs: 100 }), undefined],
    ['none is not known', state(null), undefined],
  ])('%s', (_what, seen, ms) => {
    expect(firstByteOf(seen)).toBe(ms);
  });
});
