import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { readMetricCatalogue } from '../../../../src/host/maintenance/metric-catalogue';
import { readLatencyHistory } from '../../../../src/host/series/latency-history';
import { createRedactor } from '../../../../src/host/redact';
import { hostSettings } from '../../activities/support/host';

const servers: http.Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

type Answers = Record<string, unknown>;

/** Answers by the path; 404 for others. */
async function serve(answers: Answers): Promise<string> {
  const server = http.createServer((request, response) => {
    const answer = answers[(request.url ?? '').split('?')[0]!];
    const body = typeof answer === 'string' ? answer : JSON.stringify(answer ?? {});
    response.writeHead(answer === undefined ? 404 : 200).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const success = (data: unknown) => ({ status: 'success', data });
const NAMES = ['up', 'kingfisher_failures_total', 'kingfisher_time_bucket'];
const RULES = {
  groups: [
    {
      rules: [
        { name: 'Slow', query: 'histogram_quantile(0.9, kingfisher_time_bucket) > kingfisher_gone', type: 'alerting' },
        { name: 'a:b', query: 'sum(up)', type: 'recording' },
        { name: 'Uses', query: 'a:b > 1 and ALERTS', type: 'alerting' },
      ],
    },
  ],
};
const OWN =
  '# TYPE kingfisher_rare_total counter\n# TYPE kingfisher_time histogram\nkingfisher_time_sum 1\npython_info 1\n';
const PROMETHEUS = { '/api/v1/label/__name__/values': success(NAMES), '/api/v1/rules': success(RULES) };

async function siteOf(prometheus: Answers | null, own: Answers = { '/metrics': OWN }) {
  const asked = { match: { instance: 'h1:8201' }, timeoutMs: 5_000, headers: {}, token: null, tokenFile: null };
  return {
    ...hostSettings('/nowhere', { baseUrl: await serve(own) }),
    prometheus: prometheus === null ? null : { url: await serve(prometheus), ...asked },
  };
}

const options = { redact: createRedactor([]) };
const ASKED = [
  'up',
  'kingfisher_rare_total',
  'kingfisher_time_bucket',
  'kingfisher_time_count',
  'kingfisher_gone',
  'node_gone',
];
const read = async (prometheus: Answers | null, own?: Answers) =>
  await readMetricCatalogue(await siteOf(prometheus, own), ASKED, options);

it('knows what Prometheus has, and what KingFisher announces and has not counted yet', async () => {
  expect(await read(PROMETHEUS)).toEqual({
    ...{ source: 'prometheus', troubles: [], unknown: [] },
    missing: ['kingfisher_gone', 'node_gone'],
    own: ['kingfisher_rare', 'kingfisher_time'],
    rules: { read: 3, broken: [{ rule: 'Slow', missing: ['kingfisher_gone'] }] },
  });
});

it('judges only names of KingFisher where there is no Prometheus', async () => {
  expect(await read(null)).toMatchObject({
    ...{ source: 'metrics', missing: ['kingfisher_gone'], unknown: ['node_gone', 'up'], rules: null, troubles: [] },
  });
});

it('says what could not be read, and goes on with the rest', async () => {
  const { troubles, own, missing } = await read(PROMETHEUS, {});
  expect([troubles, own]).toEqual([[expect.stringContaining('/metrics: 404')], null]);
  expect(missing).toContain('kingfisher_rare_total');
  const without = await read({ '/api/v1/label/__name__/values': 'no JSON' });
  expect(without).toMatchObject({ source: 'metrics', rules: null });
  expect(without.troubles.join()).toMatch(/answers something else: no JSON.*Prometheus: 404/);
});

it('fails where nobody says anything: nothing is missing only because nobody answers', async () => {
  await expect(read({}, {})).rejects.toMatchObject({ failure: 'ObservationFailed' });
  await expect(read(null, { '/metrics': '<html>' })).rejects.toMatchObject({ failure: 'ObservationFailed' });
});

describe('the P95 of four weeks', () => {
  const NOW = Date.parse('2026-12-06T04:00:00.000Z');
  const matrix = (values: [number, string][]) => success({ resultType: 'matrix', result: [{ metric: {}, values }] });
  const history = async (answer: unknown) => {
    const site = await siteOf({ '/api/v1/query_range': answer });
    return await readLatencyHistory(site, site.prometheus!, NOW, options);
  };

  it('is by week and by day, without what is no number', async () => {
    const found = await history(
      matrix([
        [NOW / 1_000 - 60, '12.5'],
        [NOW / 1_000, 'NaN'],
      ]),
    );
    expect(found).toEqual({
      name: 'kingfisher_analysis_duration_seconds',
      weeks: [[NOW - 60_000, 12.5]],
      days: [[NOW - 60_000, 12.5]],
    });
  });

  it('is not known where Prometheus answers something else', async () => {
    await expect(history(success({ resultType: 'vector', result: [] }))).rejects.toMatchObject({
      failure: 'ObservationFailed',
    });
  });
});
