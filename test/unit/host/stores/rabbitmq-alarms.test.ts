import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRedactor } from '../../../../src/host/redact';
import { observeBrokerAlarms } from '../../../../src/host/stores/rabbitmq-alarms';

const redact = createRedactor([]);
const servers: http.Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function serve(answer: http.RequestListener): Promise<string> {
  const server = http.createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const node = (more: object = {}) => ({
  name: 'rabbit@h1',
  mem_alarm: false,
  mem_used: 90_000_000,
  mem_limit: 100_000_000,
  disk_free_alarm: false,
  disk_free: 5_000_000_000,
  disk_free_limit: 50_000_000,
  ...more,
});

async function alarms(body: string, status = 200) {
  const at = await serve((_request, response) => response.writeHead(status).end(body));
  return await observeBrokerAlarms(`http://${at}/api/overview`, { redact });
}

describe('the alarms of RabbitMQ', () => {
  it('are those of each node, with what would end them', async () => {
    const nodes = [
      node({ mem_alarm: true }),
      node({ name: 'rabbit@h2', disk_free_alarm: true, disk_free: 40_000_000 }),
    ];
    expect((await alarms(JSON.stringify(nodes))).alarms).toEqual([
      { kind: 'memory', node: 'rabbit@h1', now: 90_000_000, limit: 100_000_000 },
      { kind: 'disk', node: 'rabbit@h2', now: 40_000_000, limit: 50_000_000 },
    ]);
  });

  it('are none only where every node says so', async () => {
    expect(await alarms(JSON.stringify([node()]))).toMatchObject({ endpoint: { answer: 'ok' }, alarms: [] });
    const stopped = { name: 'rabbit@h2', running: false };
    for (const body of ['[]', '{}', '<html>', '{"error":"not_authorised"}', JSON.stringify([node(), stopped])]) {
      expect(await alarms(body)).toMatchObject({ endpoint: { answer: 'malformed' }, alarms: [] });
    }
    expect(await alarms('{"error":"not_authorised"}', 401)).toMatchObject({ endpoint: { answer: 'denied' } });
  });

  it.each(['/api/overview', '/api/overview/', '', '/', '/mq/api/overview'])('are beside %s', async (path) => {
    const asked: (string | undefined)[] = [];
    const at = await serve((request, response) => {
      asked.push(request.url?.split('?')[0], request.headers.authorization);
      response.end('[]');
    });
    await observeBrokerAlarms(`http://guest:pw@${at}${path}`, { redact });
    const basic = `Basic ${Buffer.from('guest:pw').toString('base64')}`;
    expect(asked).toEqual([path.startsWith('/mq') ? '/mq/api/nodes' : '/api/nodes', basic]);
  });
});
