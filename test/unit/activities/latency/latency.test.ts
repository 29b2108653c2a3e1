import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHostActivities } from '../../../../src/activities/host';
import { SeenLatency } from '../../../../src/activities/host/latency/latency-reading';
import { latencyStanding } from '../../../../src/shared/observations/standing';
import type { LatencyState } from '../../../../src/shared/observations/latency/latency';
import type { SeriesState } from '../../../../src/shared/observations/series';
import { useTempFolder } from '../../host/support/temp-folder';
import { hostSettings } from '../support/host';

const folder = useTempFolder();
let server: http.Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

/** An agent whose KingFisher answers `/metrics` with these texts, one after the other. */
async function agentOf(...answers: string[]) {
  let asked = 0;
  server = http.createServer((_request, response) => {
    response.end(answers[Math.min(asked++, answers.length - 1)]);
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return createHostActivities(hostSettings(folder.path(), { baseUrl }));
}

describe('the load of a host', () => {
  it('has all of this machine, with commands masked', async () => {
    const load = await createHostActivities(hostSettings(folder.path())).observeLoad({ windowMs: 150 });
    expect(load.windowMs).toBeGreaterThanOrEqual(150);
    expect(load.cpuPercent).toBeGreaterThanOrEqual(0);
    expect(load.memory.totalBytes).toBeGreaterThan(0);
    expect(load.disks.length).toBeGreaterThan(0);
    expect(load.processes.length).toBeLessThanOrEqual(5);
    expect(load.processes.every(({ isOwn }) => !isOwn)).toBe(true);
  });

  it('is a window of ten seconds at the most, whatever is asked for', async () => {
    const agent = createHostActivities(hostSettings(folder.path()));
    const { windowMs } = await agent.observeLoad({ windowMs: -5 });
    expect(windowMs).toBeGreaterThanOrEqual(100);
  });
});

describe('the latency of analyses', () => {
  const series = (p95Seconds: number | null, more: Partial<SeriesState> = {}): SeriesState => ({
    name: 'kingfisher_analysis_duration_seconds',
    answer: 'ok',
    source: 'metrics',
    windowMs: 8_000,
    series: p95Seconds === null ? [] : [{ labels: {}, value: p95Seconds }],
    dropped: 0,
    detail: '',
    observedAt: '',
    ...more,
  });

  it('is the slowest look of the window', () => {
    const seen = new SeenLatency(60_000, 0);
    expect(seen.add(series(42), 0)).toMatchObject({ p95Ms: 42_000, seenMs: 8_000 });
    expect(seen.add(series(4), 10_000)).toMatchObject({ p95Ms: 42_000, seenMs: 16_000 });
    expect(seen.add(series(null), 20_000)).toMatchObject({ p95Ms: 42_000 });
    expect(seen.add(series(4), 65_000)).toMatchObject({ p95Ms: 4_000 });
    expect(seen.add(series(null), 200_000)).toMatchObject({ p95Ms: null, answer: 'ok' });
  });

  it('of Prometheus is that of its own window', () => {
    const seen = new SeenLatency(60_000, 0);
    seen.add(series(42, { source: 'prometheus' }), 0);
    expect(seen.add(series(4, { source: 'prometheus', windowMs: 60_000 }), 1_000)).toMatchObject({
      p95Ms: 4_000,
      seenMs: 60_000,
    });
  });

  it('is told by the last analysis for a while, where somebody looks for hours', () => {
    const seen = new SeenLatency(60_000, 600_000);
    seen.add(series(42), 0);
    expect(seen.add(series(null), 300_000).p95Ms).toBe(42_000);
    expect(seen.add(series(4), 310_000).p95Ms).toBe(4_000);
    expect(seen.add(series(null), 1_000_000).p95Ms).toBeNull();
  });

  it('is not known any more once it cannot be read', () => {
    const seen = new SeenLatency(60_000, 600_000);
    seen.add(series(4), 0);
    const failed = seen.add(series(null, { answer: 'malformed', detail: 'no metrics' }), 1_000);
    expect(failed).toMatchObject({ p95Ms: null, answer: 'malformed', detail: 'no metrics' });
    expect(seen.add(series(null), 2_000).p95Ms).toBeNull();
  });

  it.each<[string, Partial<LatencyState>, string]>([
    ['at the limit', { p95Ms: 30_000 }, 'well'],
    ['above it', { p95Ms: 30_001 }, 'analyses are slow'],
    ['without any', {}, 'no analysis is seen: how long one takes is not known'],
    ['without any, and none waits', { backlog: 0 }, 'well'],
    ['without any, and some wait', { backlog: 3 }, 'no analysis ends, and some wait'],
    ['that is absent', { answer: 'absent', backlog: 0 }, 'how long analyses take is not known (absent)'],
  ])('stands %s', (_what, state, standing) => {
    const known: LatencyState = { p95Ms: null, seenMs: 0, backlog: null, answer: 'ok', detail: '', observedAt: '' };
    expect(latencyStanding({ ...known, ...state }, 30_000)).toBe(standing);
  });

  it('is read from the histogram of /metrics itself, and what is no metrics says nothing', async () => {
    const buckets = (fast: number, all: number) =>
      [
        '# TYPE kingfisher_analysis_duration_seconds histogram',
        `kingfisher_analysis_duration_seconds_bucket{le="30"} ${fast}`,
        `kingfisher_analysis_duration_seconds_bucket{le="60"} ${all}`,
        `kingfisher_analysis_duration_seconds_bucket{le="+Inf"} ${all}`,
        `kingfisher_analysis_duration_seconds_sum ${all}`,
        `kingfisher_analysis_duration_seconds_count ${all}`,
        '',
      ].join('\n');
    const terms = { atMostMs: 30_000, withinMs: 60_000, windowMs: 0, deadlineMs: 0 };
    const [slow, broken] = await Promise.all([
      agentOf(buckets(10, 10), buckets(10, 20)).then((agent) => agent.waitUntil({ reading: 'latency', ...terms })),
      createHostActivities(hostSettings(folder.path())).waitUntil({ reading: 'latency', ...terms }),
    ]);
    expect(slow).toMatchObject({ holds: false, last: { answer: 'ok', p95Ms: 58_500, backlog: null } });
    expect(broken).toMatchObject({ holds: false, last: { answer: 'refused', p95Ms: null } });
  }, 30_000);
});

it('an agent without OpenAI or PostgreSQL in its configuration asks neither', async () => {
  const settings = { ...hostSettings(folder.path()), openai: null };
  const agent = createHostActivities(settings);
  await expect(agent.observeOpenAi()).rejects.toMatchObject({ type: 'NotConfigured' });
  const terms = { blockedForMs: 1, idleForMs: 1, runningForMs: 1 };
  await expect(agent.observeDatabaseLoad(terms)).rejects.toMatchObject({ type: 'NotConfigured' });
});
