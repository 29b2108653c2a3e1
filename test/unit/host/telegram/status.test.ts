import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { PLAIN_PROBES } from '../../../../src/host/probes/kingfisher';
import { createRedactor } from '../../../../src/host/redact';
import { lookAtStatus } from '../../../../src/host/telegram/status';

const servers: http.Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function told(status: number, body: string, field: { path: string[]; equals: string } | null = null) {
  const server = http.createServer((_request, response) => response.writeHead(status).end(body));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { ...PLAIN_PROBES.telegram, field };
  const { connected, said } = await lookAtStatus(url, settings, { redact: createRedactor([]) });
  return { connected, said };
}

it.each<[string, number, string, object]>([
  ['a plain field', 200, '{"connected":true}', { connected: true, said: 'connected: true' }],
  ['a plain no', 200, '{"connected":false}', { connected: false, said: 'connected: false' }],
  ['a word', 200, '{"status":"Connected"}', { connected: true, said: 'status: connected' }],
  ['a field of the bot', 200, '{"bot":{"state":"polling"}}', { connected: true, said: 'bot.state: polling' }],
  ['the word of a bot', 200, '{"bot":"disconnected"}', { connected: false, said: 'bot: disconnected' }],
  [
    'the bot, and not the answer',
    200,
    '{"status":"ok","bot":{"status":"error"}}',
    { connected: false, said: 'bot.status: error' },
  ],
  ['a limit', 200, '{"bot":"rate_limited"}', { connected: null, said: 'bot: rate_limited' }],
  ['words that nobody knows', 200, '{"status":"frobnicating"}', { connected: null, said: '' }],
  ['an error in a 200', 200, '{"error":"no such bot"}', { connected: null, said: '' }],
  ['an error page', 404, '{"status":"ok"}', { connected: null, said: '' }],
  ['an error of the service', 503, '{"connected":true}', { connected: null, said: '' }],
  ['HTML', 200, '<html>connected</html>', { connected: null, said: '' }],
  ['nothing', 200, '', { connected: null, said: '' }],
])('is read from %s', async (_what, status, body, expected) => {
  expect(await told(status, body)).toEqual(expected);
});

it('is the configured field, where there is one, and no other', async () => {
  const field = { path: ['link', 'up'], equals: 'yes' };
  expect(await told(200, '{"connected":true,"link":{"up":"no"}}', field)).toEqual({
    connected: false,
    said: 'link.up is not yes',
  });
  expect(await told(200, '{"connected":true,"link":{"up":"yes"}}', field)).toEqual({
    connected: true,
    said: 'link.up is yes',
  });
  expect(await told(200, '{"connected":true}', field)).toEqual({ connected: null, said: '' });
});
