import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { observeSeries } from '../../../../src/host/series/observe-series';
import { queryOf } from '../../../../src/host/series/prometheus';
import { quantileOf } from '../../../../src/host/series/quantile';
import { createRedactor } from '../../../../src/host/redact';
import { riseIn } from '../../../../src/shared/observations/series';
import type { SeriesRequest } from '../../../../src/shared/observations/series';
import { describeSeries } from '../../../../src/workflows/steps/kingfisher/series';
import { hostSettings } from '../../activities/support/host';

const servers: http.Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

type Answer = { status?: number; body: string };

async function serve(answer: (url: string) => Answer): Promise<string> {
  const server = http.createServer((request, response) => {
    const { status = 200, body } = answer(request.url ?? '');
    response.writeHead(status).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const FAILURES: SeriesRequest = { metric: 'pipelineFailures', kind: 'increase', by: ['reason'], windowMs: 300_000 };
const NAME = 'kingfisher_pipeline_failures_total';

/** Asks a service whose `/metrics` answers these bodies, one after the other, and Prometheus where there is one. */
async function ask(bodies: Answer[], request = FAILURES, prometheus?: Answer) {
  const left = [...bodies];
  const baseUrl = await serve(() => (left.length > 1 ? left.shift()! : left[0]!));
  const url = prometheus === undefined ? undefined : await serve(() => prometheus);
  const asked = { match: { instance: 'h1:8201' }, timeoutMs: 5_000, headers: {}, token: null, tokenFile: null };
  const site = {
    ...hostSettings('/nowhere', { baseUrl }),
    prometheus: url === undefined ? null : { url, ...asked },
  };
  return await observeSeries(site, request, { redact: createRedactor([]), betweenMs: 1 });
}

const failures = (openai: number, images: number, more = '') => ({
  body:
    `# TYPE ${NAME} counter\n${NAME}{step="openai",reason="429"} ${openai}\n` +
    `${NAME}{step="openai2",reason="429"} 1\n${NAME}{step="images",reason="decode"} ${images}\n${more}`,
});

describe('two readings of /metrics', () => {
  it('tell by how much a counter rose, by the labels that are asked for', async () => {
    const state = await ask([failures(5, 3), failures(12, 3)]);
    expect(state).toMatchObject({ answer: 'ok', source: 'metrics', name: NAME });
    expect(state.series).toEqual([
      { labels: { reason: '429' }, value: 7 },
      { labels: { reason: 'decode' }, value: 0 },
    ]);
    expect(state.windowMs).toBeGreaterThan(0);
    expect(riseIn({ ...state, windowMs: 1_000 }, 5_000)).toBe(35);
  });

  it('take a counter that began anew for all that it has', async () => {
    const state = await ask([failures(50, 3), failures(4, 3)]);
    expect(state.series[0]).toEqual({ labels: { reason: '429' }, value: 4 });
  });

  it('know of nothing that happened where the family is announced and has counted nothing', async () => {
    const state = await ask([{ body: `# TYPE ${NAME} counter\nup 1\n` }]);
    expect(state).toMatchObject({ answer: 'ok', series: [] });
    expect(riseIn(state, 1)).toBe(0);
  });

  it.each([
    ['is not exposed', { body: 'up 1\n' }, 'absent', `${NAME} is not known: /metrics exposes no ${NAME}`],
    ['is an error in JSON with status 200', { body: '{"error":"db"}' }, 'malformed', 'cannot be read as metrics'],
    ['is an error page', { status: 404, body: 'no such page' }, 'unhealthy', 'not known: 404, no such page'],
    ['is half a line', { body: `${NAME}{reason="42` }, 'malformed', 'cannot be read as metrics'],
    ['is no number', { body: `${NAME}{reason="429"} many\n` }, 'malformed', 'cannot be read as metrics'],
  ])('know nothing of what %s', async (_, body, answer, words) => {
    const state = await ask([body]);
    expect(state).toMatchObject({ answer, series: [] });
    expect(riseIn(state, 1)).toBeUndefined();
    const told = describeSeries(state);
    expect(told).toMatchObject({ status: 'notSo', detail: expect.stringContaining(words) });
  });

  it('know nothing where the second reading fails', async () => {
    expect(await ask([failures(1, 1), { status: 503, body: '' }])).toMatchObject({ answer: 'unhealthy', series: [] });
  });

  it('leave out what is no number, and cut long labels', async () => {
    const body = `${NAME}{reason="${'x'.repeat(300)}"} 2\n${NAME}{reason="nan"} NaN\n`;
    const state = await ask([{ body }], { ...FAILURES, kind: 'now' } as SeriesRequest);
    expect(state.series).toEqual([{ labels: { reason: 'x'.repeat(100) }, value: 2 }]);
  });

  it('tell how many series there are beside the highest fifty', async () => {
    const body = Array.from({ length: 60 }, (_, n) => `${NAME}{reason="r${n}"} ${n}`).join('\n');
    const state = await ask([{ body: `${body}\n` }], { ...FAILURES, kind: 'now' } as SeriesRequest);
    expect(state).toMatchObject({
      dropped: 10,
      series: expect.arrayContaining([{ labels: { reason: 'r59' }, value: 59 }]),
    });
    expect(describeSeries(state)).toContain('55 more');
  });

  it('give a quantile of what was observed between them', async () => {
    const name = 'kingfisher_analysis_duration_seconds';
    const buckets = (counts: number[]) => ({
      body: ['10', '30', '60', '+Inf'].map((le, at) => `${name}_bucket{le="${le}"} ${counts[at]}\n`).join(''),
    });
    const request: SeriesRequest = {
      metric: 'analysisDuration',
      kind: 'quantile',
      quantile: 0.95,
      by: [],
      windowMs: 1,
    };
    const slow = await ask([buckets([100, 100, 100, 100]), buckets([100, 110, 120, 120])], request);
    expect(slow.series).toEqual([{ labels: {}, value: 57 }]);
    // Nobody asked for an analysis: there is no latency, whatever was so before.
    expect((await ask([buckets([5, 5, 9, 9])], request)).series).toEqual([]);
  });
});

describe('Prometheus', () => {
  const vector = (result: object[]) => ({
    body: JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }),
  });

  it('is believed for the whole window', async () => {
    const state = await ask([failures(0, 0)], FAILURES, vector([{ metric: { reason: '429' }, value: [1, '31.5'] }]));
    expect(state).toMatchObject({ answer: 'ok', source: 'prometheus', windowMs: 300_000 });
    expect(state.series).toEqual([{ labels: { reason: '429' }, value: 31.5 }]);
    expect(describeSeries(state)).toBe(`${NAME} in 5 m: 31.5 (reason=429)`);
  });

  it('that has no series is believed where the service exposes the metric, and else nothing is known', async () => {
    expect(await ask([failures(0, 0)], FAILURES, vector([]))).toMatchObject({ answer: 'ok', source: 'prometheus' });
    const other = await ask([{ body: 'up 1\n' }], FAILURES, vector([]));
    expect(other).toMatchObject({
      answer: 'absent',
      detail: expect.stringMatching(/^Prometheus has no such series; /),
    });
  });

  it.each([
    ['an error', { status: 503, body: 'starting' }, 'Prometheus: 503, starting'],
    ['no vector', { body: '{"status":"error","error":"x"}' }, 'Prometheus: 200, no vector of the query API'],
    ['a page of HTML', { body: '<html>' }, 'Prometheus: 200, no vector'],
  ])('that answers with %s is replaced by /metrics, and that is said', async (_, answer, why) => {
    const state = await ask([failures(1, 1), failures(2, 1)], FAILURES, answer);
    expect(state).toMatchObject({ answer: 'ok', source: 'metrics', detail: expect.stringContaining(why) });
    expect(describeSeries(state)).toContain('from /metrics; Prometheus: ');
  });

  it('is asked for the series of this host alone', () => {
    const match = { instance: 'h1:8201', job: 'king"fisher' };
    expect(queryOf(NAME, match, FAILURES, 300_000)).toBe(
      `sum by (reason) (increase(${NAME}{instance="h1:8201",job="king\\"fisher"}[300s]))`,
    );
    const quantile: SeriesRequest = {
      metric: 'analysisDuration',
      kind: 'quantile',
      quantile: 0.95,
      by: ['x'],
      windowMs: 1,
    };
    expect(queryOf('d', { a: 'b' }, quantile, 600_000)).toBe(
      'histogram_quantile(0.95, sum by (x,le) (rate(d_bucket{a="b"}[600s])))',
    );
  });
});

it.each([
  [
    0.5,
    [
      [1, 1],
      [2, 3],
      [Infinity, 4],
    ],
    1.5,
  ],
  [
    0.99,
    [
      [1, 1],
      [2, 3],
      [Infinity, 4],
    ],
    2,
  ],
  [
    0.95,
    [
      [1, 0],
      [Infinity, 0],
    ],
    undefined,
  ],
  [0.5, [[1, 2]], undefined],
  [
    1,
    [
      [1, 2],
      [Infinity, 2],
    ],
    1,
  ],
])('the quantile %d of %j is %s', (quantile, buckets, value) => {
  expect(
    quantileOf(
      quantile,
      buckets.map(([le, count]) => ({ le: le!, count: count! })),
    ),
  ).toBe(value);
});
