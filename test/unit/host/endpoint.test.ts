import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { probeEndpoint } from '../../../src/host/probes/endpoint';
import { PLAIN_PROBES, probeKingfisher } from '../../../src/host/probes/kingfisher';
import { createRedactor, secretsOf } from '../../../src/host/redact';
import type { EndpointSettings } from '../../../src/host/agent-settings';
import { hostSettings } from '../activities/support/host';
import { useTempFolder } from './support/temp-folder';

const folder = useTempFolder();
const redact = createRedactor([]);
const servers: http.Server[] = [];
afterEach(async () => {
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function serve(answer: http.RequestListener): Promise<string> {
  const server = http.createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const settings = (more: Partial<EndpointSettings> = {}) => ({ ...PLAIN_PROBES.health, timeoutMs: 5_000, ...more });

async function ask(status: number, body: string, more: Partial<EndpointSettings>) {
  const url = await serve((_request, response) => response.writeHead(status).end(body));
  return (await probeEndpoint(url, settings(more), { redact })).endpoint;
}

describe('an endpoint', () => {
  const field = { path: ['status', 'overall'], equals: 'ok' };
  it.each<[string, number, string, Partial<EndpointSettings>, object]>([
    ['is well by its status', 204, '', { statuses: [204] }, { answer: 'ok', status: 204 }],
    ['is not well by another 2xx', 200, '', { statuses: [204] }, { answer: 'unhealthy', status: 200 }],
    ['may be well with 429', 429, '', { statuses: [200, 429] }, { answer: 'ok' }],
    ['may deny', 401, '', { statuses: [200] }, { answer: 'denied' }],
    ['is well by a field', 200, '{"status":{"overall":"ok"}}', { field }, { answer: 'ok' }],
    [
      'is not well by a field, though its status is',
      200,
      '{"status":{"overall":"degraded"}}',
      { field },
      { answer: 'unhealthy', detail: 'status.overall is degraded, not ok' },
    ],
    ['is malformed without the field', 200, '{"status":{}}', { field }, { answer: 'malformed' }],
    [
      'is malformed where it is no JSON',
      200,
      '<html>',
      { field },
      { answer: 'malformed', detail: 'no status.overall in: <html>' },
    ],
    ['has fields that are no texts', 200, '{"up":true}', { field: { path: ['up'], equals: true } }, { answer: 'ok' }],
    ['inherits no field', 200, '{}', { field: { path: ['constructor'], equals: 'x' } }, { answer: 'malformed' }],
    ['is judged by its status first', 503, '{"status":{"overall":"ok"}}', { field }, { answer: 'unhealthy' }],
  ])('%s', async (_what, status, body, more, expected) => {
    expect(await ask(status, body, more)).toMatchObject(expected);
  });

  const echo: http.RequestListener = ({ url, headers }, response) =>
    response.end(`${url} ${headers.authorization} ${headers['x-key']}`);

  it('is asked at its path with its headers and its token, which nobody hears', async () => {
    const more = { path: '/live?deep=1', token: 'plain-words', headers: { 'X-Key': 'horse-battery' } };
    const probes = { ...PLAIN_PROBES, health: settings(more) };
    const known = createRedactor(secretsOf(hostSettings('/x', { probes })));
    const { endpoint, body } = await probeEndpoint(await serve(echo), probes.health, { redact: known });
    expect(body).toBe('/live?deep=1 Bearer plain-words horse-battery');
    expect(endpoint.detail).toBe('/live?deep=1 Bearer *** ***');
  });

  it('has a token from a file that may change; without the file it is not asked', async () => {
    const url = await serve(echo);
    const tokenFile = folder.path('token');
    for (const token of ['first-token', 'second-token']) {
      writeFileSync(tokenFile, `${token}\n`);
      const { endpoint, body } = await probeEndpoint(url, settings({ tokenFile }), { redact });
      expect(body).toContain(`Bearer ${token}`);
      expect(endpoint.detail).not.toContain(token);
    }
    rmSync(tokenFile);
    symlinkSync(folder.path('other'), tokenFile);
    writeFileSync(folder.path('other'), 'of-somebody-else');
    expect((await probeEndpoint(url, settings({ tokenFile }), { redact })).endpoint).toMatchObject({
      answer: 'error',
      detail: `the token file ${tokenFile} cannot be used: it is a link or no file; configure its real path`,
    });
    rmSync(tokenFile);
    expect((await probeEndpoint(url, settings({ tokenFile }), { redact })).endpoint).toMatchObject({
      answer: 'error',
      detail: `the token file ${tokenFile} cannot be used: ENOENT`,
    });
  });

  it('has the time that it needs, each its own', async () => {
    const waiting: http.ServerResponse[] = [];
    const url = await serve((request, response) => {
      if (request.url === '/health') response.end();
      else waiting.push(response);
    });
    const slow = { ...PLAIN_PROBES.ready, timeoutMs: 100 };
    const health = await probeKingfisher(url, { redact }, { probes: { ...PLAIN_PROBES, ready: slow } });
    expect(health).toMatchObject({
      health: { answer: 'ok' },
      ready: { answer: 'timeout', detail: 'no answer within 100 ms' },
    });
  });
});
