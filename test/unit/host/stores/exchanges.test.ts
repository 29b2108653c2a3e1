import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { observeExchanges } from '../../../../src/host/stores/exchanges';
import { createRedactor } from '../../../../src/host/redact';
import { waitFor } from '../../../support/wait-for';

const options = { redact: createRedactor([]), timeoutMs: 2_000 };
const open = new Set<net.Socket>();
let server: net.Server | undefined;

afterEach(async () => {
  for (const socket of open) socket.destroy();
  const closing = server;
  server = undefined;
  if (closing !== undefined) await new Promise((resolve) => closing.close(resolve));
});

/** What a broker says to a passive declaration of this exchange: 200 where it has it. */
type Codes = Record<string, number>;

/** As much of a broker as the question needs; its URL, and the channel of each declaration. */
async function broker(codes: Codes): Promise<{ url: string; declared: { name: string; channel: number }[] }> {
  const declared: { name: string; channel: number }[] = [];
  const url = await listen((socket) => {
    let buffered = Buffer.alloc(0);
    let greeted = false;
    socket.on('data', (data) => {
      buffered = Buffer.concat([buffered, data as Buffer]);
      if (!greeted) {
        if (buffered.length < 8) return;
        buffered = buffered.subarray(8);
        greeted = true;
        const mechanisms = long('PLAIN AMQPLAIN');
        send(socket, 0, 10, 10, Buffer.from([0, 9]), long(''), mechanisms, long('en_US'));
      }
      while (buffered.length >= 8 && buffered.length >= 8 + buffered.readUInt32BE(3)) {
        const [type, channel, size] = [buffered[0], buffered.readUInt16BE(1), buffered.readUInt32BE(3)];
        const payload = buffered.subarray(7, 7 + size);
        buffered = buffered.subarray(8 + size);
        if (type === 1) answer(socket, channel, payload, codes, declared);
      }
    });
  });
  return { url, declared };
}

function answer(
  socket: net.Socket,
  channel: number,
  payload: Buffer,
  codes: Codes,
  declared: { name: string; channel: number }[],
): void {
  switch (`${payload.readUInt16BE(0)}.${payload.readUInt16BE(2)}`) {
    case '10.11':
      return send(socket, 0, 10, 30, uint16(0), uint16(2), uint16(0), uint16(0));
    case '10.40':
      return send(socket, 0, 10, 41, short(''));
    case '10.50':
      return send(socket, 0, 10, 51);
    case '20.10':
      return send(socket, channel, 20, 11, long(''));
    case '20.40':
      return send(socket, channel, 20, 41);
    case '40.10': {
      const name = payload.toString('utf8', 7, 7 + payload[6]!);
      declared.push({ name, channel });
      const code = codes[name] ?? 404;
      if (code === 200) return send(socket, channel, 40, 11);
      return send(socket, channel, 20, 40, uint16(code), short(`NO - '${name}'`), uint16(40), uint16(10));
    }
  }
}

function send(socket: net.Socket, channel: number, classId: number, methodId: number, ...args: Buffer[]): void {
  const payload = Buffer.concat([uint16(classId), uint16(methodId), ...args]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(payload.length);
  socket.write(Buffer.concat([Buffer.from([1]), uint16(channel), size, payload, Buffer.from([0xce])]));
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

function short(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
}

function long(text: string): Buffer {
  return Buffer.concat([uint16(0), uint16(text.length), Buffer.from(text)]);
}

async function listen(onConnection: (socket: net.Socket) => void): Promise<string> {
  const listening = net.createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    onConnection(socket);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return `amqp://u:pw@127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

describe('observeExchanges', () => {
  it('misses none that is there, and asks each once', async () => {
    const { url, declared } = await broker({ events: 200, 'dead.letters': 200 });
    expect(await observeExchanges(url, ['events', 'dead.letters'], options)).toMatchObject({
      endpoint: { answer: 'ok', detail: '2 of 2 exchanges' },
      expected: ['events', 'dead.letters'],
      missing: [],
    });
    expect(declared.map(({ name }) => name)).toEqual(['events', 'dead.letters']);
    await waitFor(() => open.size === 0, { what: 'the connection to close' });
  });

  it('names the missing ones, and asks on after each', async () => {
    const { url, declared } = await broker({ b: 200, d: 200 });
    expect(await observeExchanges(url, ['a', 'b', 'c', 'd'], options)).toMatchObject({
      endpoint: { answer: 'ok' },
      missing: ['a', 'c'],
    });
    expect(declared).toHaveLength(4);
  });

  it('never takes a refusal for an answer', async () => {
    const { url } = await broker({ a: 200, b: 403, c: 200 });
    const state = await observeExchanges(url, ['a', 'b', 'c'], options);
    expect(state).toMatchObject({ endpoint: { answer: 'denied' }, missing: ['b', 'c'] });
    await waitFor(() => open.size === 0, { what: 'the connection to close' });
  });

  it('says why it could not ask', async () => {
    const silent = await listen((socket) => void socket.resume());
    const hung = await observeExchanges(silent, ['a'], { ...options, timeoutMs: 200 });
    expect(hung).toMatchObject({ endpoint: { answer: 'timeout' }, missing: ['a'] });
    await waitFor(() => open.size === 0, { what: 'the connection to close' });
    const closing = server!;
    server = undefined;
    await new Promise((resolve) => closing.close(resolve));
    expect(await observeExchanges(silent, ['a'], options)).toMatchObject({
      endpoint: { answer: 'refused' },
      missing: ['a'],
    });
  });
});
