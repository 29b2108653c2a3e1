import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import type { ProbeOptions } from '../../../src/host/probes/answers';
import { probeHttp } from '../../../src/host/probes/http';
import { parseFailingChecks, probeKingfisher } from '../../../src/host/probes/kingfisher';
import { probePostgres } from '../../../src/host/stores/postgres';
import { probeManagement, probeRabbitmq } from '../../../src/host/stores/rabbitmq';
import type { Look } from '../../../src/host/probes/look';
import { probeRedis } from '../../../src/host/stores/redis';
import { createRedactor } from '../../../src/host/redact';
import type { Condition, EndpointState } from '../../../src/shared/observations/probes';
import type { DependencyName } from '../../../src/shared/observations/service';
import { waitFor } from '../../support/wait-for';
import { playBroker } from './support/broker';
import type { Broker } from './support/broker';

const options: ProbeOptions = { redact: createRedactor([]), timeoutMs: 300 };
const cleanups: (() => Promise<void>)[] = [];
/** Connections that the servers of this test hold. */
const open = new Set<net.Socket>();

afterEach(async () => {
  for (const socket of open) socket.destroy();
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
});

/** A server that does with each connection what it is told; its port. */
async function serve(onConnection: (socket: net.Socket) => void): Promise<number> {
  const server = net.createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    // A socket that nobody reads does not notice its end.
    socket.resume();
    onConnection(socket);
  });
  return await listen(server);
}

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

async function closedPort(): Promise<number> {
  const port = await serve(() => {});
  await cleanups.pop()!();
  return port;
}

type Probe<T> = (port: number, more?: object) => Promise<T>;

const looks: [string, Probe<Look>][] = [
  ['postgres', (port, more) => probePostgres(`postgres://u:pw@127.0.0.1:${port}/d`, { ...options, ...more })],
  ['redis', (port, more) => probeRedis(`redis://127.0.0.1:${port}/1`, { ...options, ...more })],
  ['rabbitmq', (port, more) => probeRabbitmq(`amqp://u:pw@127.0.0.1:${port}`, { ...options, ...more })],
];
const probes: [string, Probe<EndpointState>][] = [
  ...looks.map(([name, look]): [string, Probe<EndpointState>] => [
    name,
    async (...asked) => (await look(...asked)).endpoint,
  ]),
  ['http', async (port, more) => (await probeHttp(`http://127.0.0.1:${port}/`, { ...options, ...more })).endpoint],
];

describe.each(probes)('probe of %s', (_name, probe) => {
  it('is refused where nobody listens', async () => {
    expect(await probe(await closedPort())).toMatchObject({ answer: 'refused', status: null });
  });

  it('does not wait for a server that says nothing, and closes its connection', async () => {
    const port = await serve(() => {});
    const state = await probe(port);
    expect(state).toMatchObject({ answer: 'timeout' });
    expect(state.latencyMs).toBeLessThan(10_000);
    await waitFor(() => open.size === 0, { what: 'the connection to close' });
  });

  it('does not wait for one that says it byte by byte', async () => {
    const port = await serve((socket) => {
      const dribble = setInterval(() => socket.write('+'), 20);
      socket.on('close', () => clearInterval(dribble));
    });
    const state = await probe(port);
    expect(['timeout', 'malformed']).toContain(state.answer);
    expect(state.latencyMs).toBeLessThan(10_000);
    await waitFor(() => open.size === 0, { what: 'the connection to close' });
  });

  it('calls another protocol malformed', async () => {
    const port = await serve((socket) => socket.end('\u0000\u0001garbage from elsewhere\r\n\r\n'));
    expect(await probe(port)).toMatchObject({ answer: 'malformed' });
  });

  it('calls a connection that is closed at once an error', async () => {
    const port = await serve((socket) => socket.destroy());
    expect(await probe(port)).toMatchObject({ answer: 'error' });
  });

  it('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const port = await serve(() => controller.abort(new Error('cancelled by a test')));
    await expect(probe(port, { signal: controller.signal, timeoutMs: 20_000 })).rejects.toThrow('cancelled by a test');
    await waitFor(() => open.size === 0, { what: 'the connection to close' });
  });
});

describe.each(looks)('what %s is up to', (_name, look) => {
  it('is down where nobody listens', async () => {
    expect((await look(await closedPort())).condition).toBe('down');
  });

  it('is busy where connections are taken and no answer comes in time', async () => {
    expect((await look(await serve(() => {}))).condition).toBe('busy');
  });

  it('is down where connections are closed at once', async () => {
    expect((await look(await serve((socket) => socket.destroy()))).condition).toBe('down');
  });
});

describe('a name that cannot be looked up', () => {
  it('says nothing about the server', async () => {
    await expect(probeRedis('redis://nowhere.invalid:6379', options)).rejects.toMatchObject({
      code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
    });
  });
});

describe('probePostgres', () => {
  const answering = (fields: string) =>
    serve((socket) => {
      socket.once('data', () => {
        const body = Buffer.from(`${fields}\0`);
        const head = Buffer.alloc(5, 'E');
        head.writeInt32BE(body.length + 4, 1);
        socket.end(Buffer.concat([head, body]));
      });
    });
  it.each<[string, string, string, Condition]>([
    ['57P03', 'the database system is starting up', 'unhealthy', 'starting'],
    ['57P01', 'terminating connection due to administrator command', 'unhealthy', 'starting'],
    ['53300', 'sorry, too many clients already', 'unhealthy', 'busy'],
    ['53200', 'out of memory', 'unhealthy', 'busy'],
    ['53100', 'could not write: No space left on device', 'unhealthy', 'protecting'],
    ['25006', 'cannot execute in a read-only transaction', 'unhealthy', 'protecting'],
    ['58030', 'could not read: Input/output error', 'unhealthy', 'protecting'],
    ['28P01', 'password authentication failed', 'denied', 'refused'],
    ['3D000', 'database "d" does not exist', 'denied', 'refused'],
  ])('takes %s for its word', async (code, message, answer, condition) => {
    const port = await answering(`SFATAL\0C${code}\0M${message}\0`);
    const state = await probePostgres(`postgres://u:pw@127.0.0.1:${port}/d`, options);
    expect(state).toMatchObject({ condition, endpoint: { answer, detail: message } });
  });
});

describe('probeRedis', () => {
  const answering = (reply: string) => serve((socket) => socket.on('data', () => socket.write(reply)));
  it.each<[string, Condition, string]>([
    ['+PONG\r\n', 'well', 'ok'],
    ['+OK\r\n', 'down', 'malformed'],
    ['-LOADING Redis is loading the dataset in memory\r\n', 'starting', 'unhealthy'],
    ['-BUSY Redis is busy running a script.\r\n', 'busy', 'unhealthy'],
    ['-ERR max number of clients reached\r\n', 'busy', 'unhealthy'],
    ['-MISCONF Redis is configured to save RDB snapshots\r\n', 'protecting', 'unhealthy'],
    ['-MASTERDOWN Link with MASTER is down\r\n', 'protecting', 'unhealthy'],
    ['-NOAUTH Authentication required.\r\n', 'refused', 'denied'],
    ['-WRONGPASS invalid username-password pair\r\n', 'refused', 'denied'],
  ])('takes %j for %s', async (reply, condition, answer) => {
    const port = await answering(reply);
    expect(await probeRedis(`redis://127.0.0.1:${port}`, options)).toMatchObject({ condition, endpoint: { answer } });
  });

  it.each<[string, Condition]>([
    ['role:master\r\nmaxmemory:0\r\nused_memory:9\r\n', 'well'],
    ['role:slave\r\nslave_read_only:1\r\n', 'protecting'],
    ['maxmemory:8\r\nused_memory:9\r\nmaxmemory_policy:noeviction\r\n', 'protecting'],
    ['maxmemory:8\r\nused_memory:9\r\nmaxmemory_policy:allkeys-lru\r\n', 'well'],
  ])('answers PING while INFO says %j: %s', async (info, condition) => {
    const port = await serve((socket) =>
      socket.on('data', (asked) =>
        socket.write(asked.includes('info') ? `$${info.length}\r\n${info}\r\n` : '+PONG\r\n'),
      ),
    );
    expect(await probeRedis(`redis://127.0.0.1:${port}`, options)).toMatchObject({ condition });
  });
});

describe('probeRabbitmq', () => {
  const look = async (broker: Broker) =>
    await probeRabbitmq(`amqp://u:pw@127.0.0.1:${await serve((socket) => playBroker(socket, broker))}`, options);

  it('is well when a message for nobody goes through', async () => {
    const broker: Broker = { published: 0 };
    expect(await look(broker)).toMatchObject({ condition: 'well', endpoint: { detail: 'AMQP handshake: Fake 1.2.3' } });
    expect(broker.published).toBe(1);
  });

  it('is protecting when an alarm blocks publishers, and says which', async () => {
    expect(await look({ blocks: 'low on memory', published: 0 })).toMatchObject({
      condition: 'protecting',
      endpoint: { answer: 'unhealthy', detail: 'Fake 1.2.3 blocks publishers: low on memory' },
    });
    await waitFor(() => open.size === 0, { what: 'the connection to close' });
  });

  it.each<[number, string, Condition]>([
    [403, 'ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN', 'refused'],
    [530, 'NOT_ALLOWED - connection refused: node connection limit (9) is reached', 'busy'],
    [320, "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'", 'starting'],
    [541, 'INTERNAL_ERROR - something', 'protecting'],
  ])('takes %d %j for %s', async (replyCode, replyText, condition) => {
    expect(await look({ closes: { at: 'login', replyCode, replyText }, published: 0 })).toMatchObject({
      condition,
      endpoint: { detail: expect.stringContaining(replyText) },
    });
  });

  it('refuses one whom it does not let into the virtual host', async () => {
    const closes = { at: 'open', replyCode: 530, replyText: "NOT_ALLOWED - access to vhost '/' refused" } as const;
    expect(await look({ closes, published: 0 })).toMatchObject({
      condition: 'refused',
      endpoint: { answer: 'denied' },
    });
  });

  it('is well for a user who may not publish: the alarms are unknown', async () => {
    expect(await look({ refusesPublish: true, published: 0 })).toMatchObject({ condition: 'well' });
  });
});

describe('probeHttp', () => {
  const answering = (status: number, body = '', headers = {}) =>
    listen(http.createServer((_request, response) => response.writeHead(status, headers).end(body)));
  it.each([
    [200, 'ok'],
    [204, 'ok'],
    [302, 'unhealthy'],
    [401, 'denied'],
    [503, 'unhealthy'],
  ])('takes %d for %s', async (status, answer) => {
    const port = await answering(status, status === 204 ? '' : 'said so');
    const { endpoint } = await probeHttp(`http://127.0.0.1:${port}/`, options);
    expect(endpoint).toMatchObject({ answer, status, detail: status === 204 ? '' : 'said so' });
  });

  it('reads no more of an endless body than it needs', async () => {
    const port = await serve((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const flood = () => void (socket.writable && socket.write('x'.repeat(65_536), () => setImmediate(flood)));
      flood();
    });
    const { endpoint, body } = await probeHttp(`http://127.0.0.1:${port}/`, { ...options, timeoutMs: 5_000 });
    expect(endpoint).toMatchObject({ answer: 'ok', status: 200 });
    expect(body).toHaveLength(64 * 1024);
    expect(endpoint.detail).toHaveLength(500);
  });

  it('calls a body that stalls a timeout', async () => {
    const port = await serve((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'));
    expect((await probeHttp(`http://127.0.0.1:${port}/`, options)).endpoint).toMatchObject({ answer: 'timeout' });
  });

  it('sends the credentials of the URL and says them to nobody', async () => {
    const port = await listen(
      http.createServer((request, response) => response.end(`you sent ${request.headers.authorization}`)),
    );
    const { endpoint, body } = await probeHttp(`http://guest:p%40ss@127.0.0.1:${port}/`, options);
    expect(body).toBe(`you sent Basic ${Buffer.from('guest:p@ss').toString('base64')}`);
    expect(endpoint.detail).toBe('you sent Basic ***');
  });
});

describe('probeManagement', () => {
  it('wants the overview and nothing else', async () => {
    const bodies = [
      '{"rabbitmq_version":"3.10.8","object_totals":{"connections":2,"queues":1}}',
      '<html>',
      '[]',
      'null',
    ];
    const port = await listen(http.createServer((_request, response) => response.end(bodies.shift())));
    const ask = () => probeManagement(`http://127.0.0.1:${port}/api/overview`, options);
    expect(await ask()).toMatchObject({ answer: 'ok', detail: 'RabbitMQ 3.10.8, 2 connections, 1 queues' });
    expect(await ask()).toMatchObject({ answer: 'malformed' });
    expect(await ask()).toMatchObject({ answer: 'malformed' });
    expect(await ask()).toMatchObject({ answer: 'malformed' });
  });
});

describe('probeKingfisher', () => {
  it('asks both at once and names the failing checks', async () => {
    const waiting: http.ServerResponse[] = [];
    const answer = () => {
      if (waiting.length < 2) return;
      for (const response of waiting) response.end('{"checks":{"postgres":"refused","redis":"ok"}}');
    };
    const port = await listen(
      http.createServer((request, response) => {
        response.statusCode = request.url === '/ready' ? 503 : 200;
        waiting.push(response);
        answer();
      }),
    );
    const dependencies: DependencyName[] = ['postgres', 'redis', 'rabbitmq'];
    const state = await probeKingfisher(`http://127.0.0.1:${port}/`, options, { dependencies });
    expect([state.health.answer, state.ready.answer]).toEqual(['ok', 'unhealthy']);
    expect(state.failingChecks).toEqual(['postgres: refused']);
    expect(state.unchecked).toEqual(['postgres', 'rabbitmq']);
  });

  it.each([
    [
      '{"checks":{"a":true,"b":"UP","c":{"status":"ok"},"d":{"status":"down","error":"no route"}}}',
      ['d: down no route'],
    ],
    ['{"checks":{"a":null}}', ['a: null']],
    ['{"checks":[]}', []],
    ['null', []],
    ['not ready', []],
  ])('reads %s', (body, failing) => {
    expect(parseFailingChecks(body, options.redact)).toEqual(failing);
  });
});
