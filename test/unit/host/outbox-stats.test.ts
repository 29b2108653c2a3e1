import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OutboxStatsSettings } from '../../../src/host/agent-settings';
import { PLAIN_PROBES } from '../../../src/host/probes/kingfisher';
import { readOutboxStats } from '../../../src/host/probes/outbox-stats';
import { createRedactor, secretsOf } from '../../../src/host/redact';
import { hostSettings } from '../activities/support/host';

const redact = createRedactor(['hunter2-secret']);
const servers: http.Server[] = [];
afterEach(async () => {
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function serve(answer: http.RequestListener): Promise<string> {
  const server = http.createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function read(status: number, body: string, more: Partial<OutboxStatsSettings> = {}) {
  const url = await serve((_request, response) => response.writeHead(status).end(body));
  return await readOutboxStats(url, { redact }, { ...PLAIN_PROBES.outbox, ...more });
}

describe('statistics of the outbox', () => {
  it.each<[string, Partial<OutboxStatsSettings>, number, number | null]>([
    ['{"pending": 142, "oldest_age_seconds": 905.6}', {}, 142, 906],
    ['{"pending": 0, "oldest_age_seconds": null}', {}, 0, null],
    ['{"pending": "17"}', {}, 17, null],
    ['{"pending": 3, "error": null}', {}, 3, null],
    ['{"outbox": {"count": 9, "age": 60}}', { pending: ['outbox', 'count'], oldestAge: ['outbox', 'age'] }, 9, 60],
  ])('%s is a number', async (body, more, pending, oldestAgeS) => {
    expect(await read(200, body, more)).toEqual({ evidence: 'present', pending, oldestAgeS, detail: '' });
  });

  it.each([
    [200, '<html><body>Welcome</body></html>'],
    [200, '{"error": "database is down"}'],
    [200, '{"error": "database is down", "pending": 0}'],
    [200, '{"error": {"code": 5}, "pending": 0}'],
    [200, '{}'],
    [200, ''],
    [200, 'null'],
    [200, '[]'],
    [200, '{"pending": null}'],
    [200, '{"pending": -1}'],
    [200, '{"pending": 1.5}'],
    [200, '{"pending": "none"}'],
    [200, '{"pending": []}'],
    [200, '{"pending": true}'],
    [200, '{"pending": 1e300}'],
  ])('%i with %s is malformed, and not none', async (status, body) => {
    expect(await read(status, body)).toMatchObject({ evidence: 'malformed', pending: null, oldestAgeS: null });
  });

  it.each([
    [404, 'absent'],
    [405, 'absent'],
    [410, 'absent'],
    [500, 'failed'],
    [503, 'failed'],
    [401, 'failed'],
    [302, 'failed'],
  ])('%i is %s, whatever its body says', async (status, evidence) => {
    const said = await read(status, '{"pending": 0}');
    expect(said).toEqual({
      evidence,
      pending: null,
      oldestAgeS: null,
      detail: `/api/v1/outbox/stats answers ${status}`,
    });
  });

  it('that nobody gives, or that take too long, have failed', async () => {
    const nobody = await readOutboxStats('http://127.0.0.1:1', { redact });
    expect(nobody).toMatchObject({ evidence: 'failed', pending: null });
    const silent = await serve(() => {});
    const late = await readOutboxStats(silent, { redact, timeoutMs: 50 });
    expect(late).toMatchObject({ evidence: 'failed', detail: expect.stringContaining('timeout') });
  });

  it('are asked for with their token, and tell no secret', async () => {
    const asked: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url, request.headers.authorization);
      response.end('<html>hunter2-secret and token-of-outbox');
    });
    const settings = { ...PLAIN_PROBES.outbox, path: '/stats', token: 'token-of-outbox' };
    const said = await readOutboxStats(url, { redact }, settings);
    expect(asked).toEqual(['/stats', 'Bearer token-of-outbox']);
    expect(said.detail).toContain('<html>');
    expect(said.detail).not.toMatch(/hunter2|token-of-outbox/);
    const { kingfisher, ...host } = hostSettings('/nowhere');
    const known = { ...host, kingfisher: { ...kingfisher, probes: { ...PLAIN_PROBES, outbox: settings } } };
    expect(secretsOf(known)).toContain('token-of-outbox');
  });
});
