import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { probeMetrics, readMetrics } from '../../../src/host/probes/metrics';
import { createRedactor } from '../../../src/host/redact';
import { describeMetrics } from '../../../src/workflows/steps/kingfisher/metrics';

const servers: http.Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** A service whose `/metrics` answers this; asked once. */
async function ask(status: number, contentType: string | undefined, body: string) {
  const server = http.createServer((request, response) => {
    const isMetrics = request.url === '/metrics' && request.headers.accept?.includes('text/plain');
    response.writeHead(isMetrics ? status : 500, contentType === undefined ? {} : { 'Content-Type': contentType });
    response.end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return await probeMetrics(`http://127.0.0.1:${port}/`, { redact: createRedactor([]) });
}

const TEXT =
  '# HELP up x\n# TYPE up gauge\nup 1\nhttp_requests_total{path="/a b",code="200"} 1.5e+3 1700000000000\nx NaN\n';

describe('probeMetrics', () => {
  it('is well where Prometheus can read it, and shows nothing of it', async () => {
    const state = await ask(200, 'text/plain; version=0.0.4', TEXT);
    expect(state).toMatchObject({ format: 'prometheus', samples: 3, contentType: 'text/plain; version=0.0.4' });
    expect(state.endpoint).toMatchObject({ answer: 'ok', status: 200, detail: '' });
    expect(describeMetrics(state)).toBe('/metrics answers 200 with 3 samples');
  });

  it('names JSON with status 200: a fault of monitoring', async () => {
    const state = await ask(200, 'application/json', '{"status":"ok","token":"hunter22"}');
    expect(state).toMatchObject({ format: 'json', samples: 0, endpoint: { answer: 'malformed', status: 200 } });
    expect(describeMetrics(state)).toEqual({
      status: 'notSo',
      detail: '/metrics answers 200 with application/json, which Prometheus cannot read: {"status":"ok","token":***}',
    });
  });

  it.each([
    [404, 'text/plain', 'no such page', { answer: 'unhealthy', status: 404 }, '/metrics answers 404: no such page'],
    [401, 'text/plain', '', { answer: 'denied', status: 401 }, '/metrics answers 401'],
    [200, undefined, '', { answer: 'malformed' }, '/metrics answers 200 with nothing, which Prometheus cannot read'],
  ])('says what %d answers', async (status, type, body, endpoint, detail) => {
    const state = await ask(status, type, body);
    expect(state.endpoint).toMatchObject(endpoint);
    expect(describeMetrics(state)).toEqual({ status: 'notSo', detail });
  });

  it('says that nobody answers', async () => {
    const state = await probeMetrics('http://127.0.0.1:1', { redact: createRedactor([]) });
    expect(state).toMatchObject({ endpoint: { answer: 'refused', status: null }, format: null, contentType: null });
  });
});

describe('readMetrics', () => {
  it.each([
    ['up 1', 'prometheus', 1],
    ['up{a="}"} +Inf\n# EOF\n', 'prometheus', 1],
    ['a_total 1 # {trace_id="x"} 0.5 1.2\n', 'prometheus', 1],
    // Cut in the middle of a line: 64 KiB were read.
    ['a 1\nb 2\nhttp_requests_tot', 'prometheus', 2],
    ['[]', 'json', 0],
    ['<html>', 'html', 0],
    ['  \n', 'empty', 0],
    ['# only comments\n', 'other', 0],
    ['a 1\nnot a sample at all\n', 'other', 1],
    ['everything is fine', 'other', 0],
  ])('takes %j for %s', (body, format, samples) => {
    expect(readMetrics(body)).toEqual({ format, samples });
  });
});
