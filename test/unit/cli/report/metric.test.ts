import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expressionOf, metricOf, withoutComparison } from '../../../../src/cli/report/metric';
import { at } from '../../../support/recorded';
import { view } from '../../workflows/views';

const LINK = `http://prom:9090/graph?g0.expr=${encodeURIComponent('up{job="kingfisher"} == 0')}&g0.tab=1`;
const TIMES = { endedAt: at(900), madeAt: at(7_200) };

describe('the expression of an alert', () => {
  it('is read from the link, and from no other', () => {
    expect(expressionOf(LINK)).toBe('up{job="kingfisher"} == 0');
    for (const other of [undefined, '', 'no link', 'http://prom:9090/graph']) expect(expressionOf(other)).toBeNull();
  });

  it.each([
    ['up == 0', 'up', 0],
    ['rate(x{a=">=5"}[5m]) * 60 >= 1.5e2', 'rate(x{a=">=5"}[5m]) * 60', 150],
    ['x != 3', 'x', 3],
    ['a > 1 and b > 2', null, null],
    ['(a > 1)', null, null],
    ['x{a="="}', null, null],
    ['a > b', null, null],
  ] as const)('"%s" is drawn as %s', (written, left, limit) => {
    expect(withoutComparison(written)).toEqual({ expression: left ?? written, limit });
  });
});

describe('the metric that alerted', () => {
  const asked: { url: URL; authorization: string | undefined }[] = [];
  let answer: unknown;
  const server = createServer((request, response) => {
    asked.push({ url: new URL(request.url!, 'http://x'), authorization: request.headers.authorization });
    response.end(JSON.stringify(answer));
  });
  let url: string;

  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://u:p%20w@127.0.0.1:${(server.address() as AddressInfo).port}/prom/`;
  });
  afterAll(() => server.close());
  beforeEach(() => {
    asked.length = 0;
  });

  const alerted = view({ generatorUrl: LINK, labels: { instance: 'h1:8000' }, startsAt: at(0) });

  it('is asked of the configured Prometheus for the time around, and drawn with the limit', async () => {
    const series = (instance: string) => ({
      metric: { __name__: 'up', instance },
      values: [
        [1_763_866_800, '1'],
        [1_763_866_860, '0'],
      ],
    });
    answer = { status: 'success', data: { result: [series('h2:8000'), series('h1:8000')] } };
    const metric = await metricOf(alerted, url, TIMES);
    expect(metric).toMatchObject({
      chart: {
        series: [
          {
            name: 'up{instance="h1:8000"}',
            points: [
              [1_763_866_800_000, 1],
              [1_763_866_860_000, 0],
            ],
          },
        ],
        limit: { value: 0 },
        marks: [{ at: Date.parse(at(0)), label: 'alert' }],
      },
    });
    const [{ url: sent, authorization }] = asked as [(typeof asked)[number]];
    expect(sent.pathname).toBe('/prom/api/v1/query_range');
    expect(sent.searchParams.get('query')).toBe('up{job="kingfisher"}');
    expect(Number(sent.searchParams.get('start'))).toBe(Date.parse(at(-1_800)) / 1_000);
    expect(Number(sent.searchParams.get('end'))).toBe(Date.parse(at(2_700)) / 1_000);
    expect(authorization).toBe(`Basic ${Buffer.from('u:p w').toString('base64')}`);
  });

  it('is left out where there is none, and it says why without the password', async () => {
    answer = { status: 'error', error: 'parse error' };
    const all = [
      await metricOf(view(), url, TIMES),
      await metricOf(alerted, null, TIMES),
      await metricOf(alerted, url, TIMES),
      await metricOf(alerted, 'http://u:secret@127.0.0.1:1', TIMES),
    ];
    answer = { status: 'success', data: { result: [] } };
    all.push(await metricOf(alerted, url, TIMES));
    const said = all.map((metric) => ('absent' in metric ? metric.absent : ''));
    expect(said).toEqual([
      expect.stringContaining('generatorURL'),
      expect.stringContaining('agent.prometheus.url'),
      expect.stringContaining('parse error'),
      expect.stringContaining('could not be asked'),
      expect.stringContaining('no values'),
    ]);
    expect(said.join()).not.toContain('secret');
  });
});
