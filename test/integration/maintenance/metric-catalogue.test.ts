import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startMonitoring } from '../../../lab/monitoring/monitoring';
import type { Monitoring } from '../../../lab/monitoring/monitoring';
import { readMetricCatalogue } from '../../../src/host/maintenance/metric-catalogue';
import { metricNames } from '../../../src/host/series/prometheus-api';
import { readLatencyHistory } from '../../../src/host/series/latency-history';
import { createRedactor } from '../../../src/host/redact';
import { settingsOf } from '../../support/scripted/host-settings';
import { waitFor } from '../../support/wait-for';

const SERIES = [
  '# TYPE kingfisher_outbox_pending gauge',
  'kingfisher_outbox_pending 0',
  '# TYPE kingfisher_analysis_duration_seconds histogram',
  'kingfisher_analysis_duration_seconds_bucket{le="1"} 0',
  'kingfisher_analysis_duration_seconds_bucket{le="+Inf"} 0',
];

let directory: string;
let kingfisher: Server;
let monitoring: Monitoring | undefined;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'halcyon-catalogue-'));
  kingfisher = createServer((_request, response) => response.end(`${SERIES.join('\n')}\n`));
  await new Promise<void>((resolve) => kingfisher.listen(0, '127.0.0.1', resolve));
  monitoring = await startMonitoring({
    targets: [{ host: 'h1', address: `127.0.0.1:${portOf(kingfisher)}` }],
    webhookUrl: 'http://127.0.0.1:9/api/v1/alerts',
    webhookToken: 'monitoring-token',
    directory,
  });
});
afterAll(async () => {
  await monitoring?.stop();
  await new Promise((resolve) => kingfisher.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

const options = { redact: createRedactor([]) };
const site = () => {
  const asked = { match: { instance: 'h1:8201' }, timeoutMs: 5_000, headers: {}, token: null, tokenFile: null };
  const settings = settingsOf({
    stateDir: directory,
    kingfisher: { baseUrl: `http://127.0.0.1:${portOf(kingfisher)}`, installDir: directory, dataDir: directory },
    prometheus: { url: monitoring!.prometheusUrl, ...asked },
  });
  return { ...settings, prometheus: settings.prometheus! };
};

it('names what the rules of a real Prometheus ask for and nobody exposes', async () => {
  const { prometheus } = site();
  const isScraped = async () => {
    const now = Date.now();
    const names = await metricNames(prometheus, { from: now - 3_600_000, to: now }, options);
    return names.has('kingfisher_outbox_pending') && names.has('probe_success');
  };
  await waitFor(isScraped, { what: 'the first scrape', deadlineMs: 60_000 });
  const asked = ['up', 'kingfisher_analysis_duration_seconds_bucket', 'kingfisher_no_such'];
  const catalogue = await readMetricCatalogue(site(), asked, options);
  expect(catalogue).toMatchObject({ source: 'prometheus', troubles: [], missing: ['kingfisher_no_such'], unknown: [] });
  expect(catalogue.own).toEqual(['kingfisher_analysis_duration_seconds', 'kingfisher_outbox_pending']);
  const { read, broken } = catalogue.rules!;
  expect(read).toBeGreaterThanOrEqual(6);
  const names = broken.map(({ rule }) => rule);
  expect(names).toContain('KingfisherPipelineFailuresHigh');
  expect(names).not.toContain('KingfisherServiceDown');
  expect(names).not.toContain('KingfisherAnalysisLatencyHigh');
});

it('asks a real Prometheus for the P95 of four weeks', async () => {
  const found = await readLatencyHistory(site(), site().prometheus, Date.now(), options);
  expect(found).toEqual({ name: 'kingfisher_analysis_duration_seconds', weeks: [], days: [] });
});

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
