import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRedactor } from '../../../../../src/host/redact';
import {
  readBrokerNodes,
  readBrokerOverview,
  readQueues,
} from '../../../../../src/host/stores/inspect/broker-overview';

const redact = createRedactor([]);
let server: http.Server;
let asked: string[];
let answer: { status: number; body: unknown };

beforeEach(async () => {
  asked = [];
  server = http.createServer((request, response) => {
    asked.push(request.url ?? '');
    const { status, body } = answer;
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => void server.close());

const at = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/overview`;

it('has the state of RabbitMQ, and null for what it does not say', async () => {
  answer = { status: 200, body: { rabbitmq_version: '3.10', object_totals: { connections: 3 }, queue_totals: {} } };
  expect(await readBrokerOverview(at(), { redact })).toMatchObject({
    version: '3.10',
    connections: 3,
    ready: null,
    publishRate: null,
  });
});

it('has the alarms of each node', async () => {
  answer = { status: 200, body: [{ name: 'rabbit@h1', running: true, mem_alarm: true, mem_used: 5 }] };
  expect(await readBrokerNodes(at(), { redact })).toEqual([
    expect.objectContaining({ isRunning: true, memory: { used: 5, limit: null, hasAlarm: true } }),
  ]);
});

it('asks for a page of queues, the fullest first, and tells how many there are', async () => {
  const items = [
    { name: 'q', vhost: '/', state: 'running', messages_ready: 2, messages_unacknowledged: 1, consumers: 0 },
  ];
  answer = { status: 200, body: { items, total_count: 70 } };
  expect(await readQueues(at(), { redact })).toEqual({
    queues: [{ name: 'q', vhost: '/', state: 'running', ready: 2, unacknowledged: 1, consumers: 0 }],
    total: 70,
  });
  expect(asked[0]).toMatch(/^\/api\/queues\?.*page_size=50&sort=messages&sort_reverse=true/);
});

it.each([
  [401, 'not allowed', /status 401/],
  [200, '<html>', /something else than JSON/],
])('says why there is no answer: %s', async (status, body, why) => {
  answer = { status, body };
  await expect(readQueues(at(), { redact })).rejects.toThrow(why);
});
