import pino from 'pino';
import { TemporalUnavailable } from '../../../src/intake/temporal-errors';
import message from '../../support/alerts/alertmanager-payload.json';
import { ScriptedStarter, TestServer } from './support';
import type { Answer } from './support';

const PATH = '/api/v1/alerts';
const AUTHORIZED = { authorization: 'Bearer secret', 'content-type': 'application/json' };

let starter: ScriptedStarter;
let server: TestServer;

beforeEach(async () => {
  starter = new ScriptedStarter();
  server = await TestServer.start(starter);
});
afterEach(async () => {
  await server.stop();
});

/** The same starter behind another server. */
async function serveWith(options: Parameters<typeof TestServer.start>[1]): Promise<void> {
  await server.stop();
  server = await TestServer.start(starter, options);
}

async function post(payload: unknown, headers: Record<string, string> = AUTHORIZED): Promise<Answer> {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return await server.ask(PATH, { method: 'POST', headers, body });
}

describe('a message that is taken', () => {
  it('is answered 200 with what became of its alerts', async () => {
    const [alert] = message.alerts;
    starter.outcomes = ['started', 'duplicate', 'duplicate'];
    const response = await post({ ...message, alerts: [alert, alert, alert] });
    expect(response.status).toBe(200);
    expect(response.body).toEqual({
      alerts: 3,
      started: 1,
      duplicate: 2,
      incidents: ['incident/KingfisherServiceDown/h1'],
    });
    expect(starter.delivered).toMatchObject([{ fingerprint: '6f8484d7b5244177' }, {}, {}]);
  });

  it('carries when it was received', async () => {
    const before = new Date().toISOString();
    await post(message);
    const { receivedAt = '' } = starter.delivered[0] ?? {};
    expect(receivedAt >= before && receivedAt <= new Date().toISOString()).toBe(true);
  });

  it('may have any content type of JSON', async () => {
    const response = await post(message, { ...AUTHORIZED, 'content-type': 'application/json; charset=utf-8' });
    expect(response.status).toBe(200);
  });

  it('may hold a label that would reach a prototype, which is left out', async () => {
    const text = JSON.stringify(message).replace('"team":"trading-ai"', '"__proto__":"x","constructor":"y"');
    expect((await post(text)).status).toBe(200);
    expect(Object.keys(starter.delivered[0]?.labels ?? {})).not.toContain('__proto__');
  });
});

describe('a message with a malformed alert', () => {
  it('is taken: the malformed one with what can be read, its neighbour as it is', async () => {
    const [alert] = message.alerts;
    const bad = { ...alert, startsAt: '0001-01-01T00:00:00Z', status: undefined, labels: { alertname: 'A', n: 5 } };
    expect((await post({ ...message, alerts: [bad, alert] })).status).toBe(200);
    expect(starter.delivered).toMatchObject([
      { alertname: 'A', labels: { n: '5' }, malformed: expect.stringContaining('status') },
      { alertname: 'KingfisherServiceDown', status: 'firing' },
    ]);
    expect(starter.delivered[1]).not.toHaveProperty('findings');
  });
});

describe('a message that is refused', () => {
  afterEach(() => {
    expect(starter.delivered).toEqual([]);
  });

  it('400 says what is wrong and where', async () => {
    const response = await post({ ...message, alerts: 'none' });
    expect(response.status).toBe(400);
    const problem = 'alerts: expected a list of alerts, got "none"';
    expect(response.body).toEqual({
      error: `not an Alertmanager webhook message, version 4: ${problem}`,
      problems: [problem],
    });
  });

  it.each(['', '{', 'null', '[]', '"alert"', '5'])('400 for the body %j', async (body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(response.body).toMatchObject({ problems: [expect.stringMatching(/^body: ./)] });
  });

  it('413 beyond the limit', async () => {
    const response = await post({ ...message, padding: 'x'.repeat(65_536) });
    expect(response.status).toBe(413);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml'])('415 for %s', async (type) => {
    const response = await post(message, { ...AUTHORIZED, 'content-type': type });
    expect(response.status).toBe(415);
  });

  it.each([
    ['GET', PATH],
    ['PUT', PATH],
    ['POST', '/'],
    ['POST', `${PATH}/x`],
  ] as const)('404 for %s %s, with the way to go', async (method, url) => {
    const response = await server.ask(url, { method, headers: { authorization: 'Bearer secret' } });
    expect(response.status).toBe(404);
    expect(response.body).toEqual({ error: `nothing at ${method} ${url}; alerts go to POST /api/v1/alerts` });
  });
});

describe('what is refused is heard of', () => {
  let lines: Record<string, unknown>[];

  beforeEach(async () => {
    lines = [];
    const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
    await serveWith({ logger: pino({ level: 'warn' }, stream) });
  });

  async function refusedLately(page = '/readyz'): Promise<unknown> {
    return ((await server.ask(page)).body as { refused?: unknown }).refused;
  }

  it.each<[number, () => Promise<Answer>, RegExp]>([
    [400, () => post('{"password": "hunter22'), /JSON/],
    [400, () => post({ ...message, alerts: [] }), /at least one alert/],
    [401, () => post(message, { 'content-type': 'application/json' }), /missing or wrong bearer token/],
    [404, () => server.ask('/api/v2/alerts', { method: 'POST', body: '{}' }), /alerts go to POST/],
    [413, () => post({ ...message, padding: 'x'.repeat(65_536) }), /too large/],
    [415, () => post(message, { ...AUTHORIZED, 'content-type': 'text/plain' }), /[Uu]nsupported [Mm]edia/],
  ])('%i: a warning with sender, size and reason, and a count', async (status, refused, reason) => {
    expect(await refusedLately()).toBeUndefined();
    expect((await refused()).status).toBe(status);
    expect(lines).toMatchObject([
      { level: 40, msg: 'request refused', status, sender: '127.0.0.1', reason: expect.stringMatching(reason) },
    ]);
    expect(lines[0]?.['bytes']).toBeGreaterThan(0);
    expect(JSON.stringify(lines)).not.toContain('hunter22');
    const lately = { byStatus: { [status]: 1 }, hint: expect.stringContaining('not sent again') };
    expect(await refusedLately()).toMatchObject(lately);
    expect(await refusedLately('/healthz')).toMatchObject(lately);
  });

  it('once, however often the same is refused, and each is counted', async () => {
    for (let i = 0; i < 5; i++) await post(message, { 'content-type': 'application/json' });
    await post('{');
    expect(lines.map(({ status }) => status)).toEqual([401, 400]);
    expect(await refusedLately()).toMatchObject({ byStatus: { 400: 1, 401: 5 } });
  });

  it('does not count who only looks around', async () => {
    await server.ask('/favicon.ico');
    expect(lines).toEqual([]);
    expect(await refusedLately()).toBeUndefined();
  });
});

describe('Temporal that does not take it', () => {
  it.each([
    ['is away', new TemporalUnavailable({ cause: 'refused' }), /^Temporal cannot be reached/],
    ['fails in a way that nobody foresaw', new Error('token=hunter2'), /^alerts could not be delivered$/],
    ['refuses it for good', Object.assign(new Error('invalid'), { code: 3 }), /^alerts could not be delivered$/],
  ])('503 and when to come again, when it %s', async (_, failure, error) => {
    starter.failure = failure;
    const response = await post(message);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(response.body).toEqual({ error: expect.stringMatching(error) });
  });
});

describe('the token', () => {
  it.each([
    ['none', {}],
    ['another', { authorization: 'Bearer Secret' }],
    ['the start of it', { authorization: 'Bearer secre' }],
    ['more than it', { authorization: 'Bearer secret ' + 'x'.repeat(1_000) }],
    ['it without its scheme', { authorization: 'secret' }],
    ['another scheme', { authorization: 'Basic secret' }],
  ])('401 for %s', async (_, headers) => {
    const response = await post(message, { 'content-type': 'application/json', ...headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(response.text).not.toContain('secret');
    expect(starter.delivered).toEqual([]);
  });

  it('is asked for before the body is looked at', async () => {
    for (const payload of ['{', 'x'.repeat(100_000)]) {
      expect((await post(payload, { 'content-type': 'application/json' })).status).toBe(401);
      expect((await post(payload, { 'content-type': 'text/plain' })).status).toBe(401);
    }
  });

  it('is not asked for where none is configured', async () => {
    await serveWith({ settings: { token: null, bodyLimitBytes: 65_536 } });
    const response = await post(message, { 'content-type': 'application/json' });
    expect(response.status).toBe(200);
  });
});

describe('health', () => {
  it('/healthz needs neither token nor Temporal', async () => {
    await serveWith({ isTemporalReachable: () => Promise.resolve(false) });
    const response = await server.ask('/healthz');
    expect([response.status, response.body]).toEqual([200, { status: 'ok' }]);
  });

  it.each([
    [true, 200, { status: 'ready' }],
    [false, 503, { status: 'not ready', reason: 'Temporal cannot be reached' }],
  ])('/readyz with Temporal reachable: %s', async (isReachable, status, body) => {
    await serveWith({ isTemporalReachable: () => Promise.resolve(isReachable) });
    const response = await server.ask('/readyz');
    expect([response.status, response.body]).toEqual([status, body]);
  });
});
