import { z } from 'zod';
import type { EndpointState } from '../../shared/observations/probes';
import type { Series, SeriesRequest } from '../../shared/observations/series';
import type { PrometheusSettings } from '../agent-settings';
import type { ProbeOptions } from '../probes/answers';
import { probeEndpoint } from '../probes/endpoint';

const BODY_LIMIT_BYTES = 4 * 1024 * 1024;
/** Nothing shorter than two scrapes of a usual site has an increase. */
const SHORTEST_WINDOW_MS = 60_000;

const answer = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

/** What Prometheus says, or how it failed to. `windowMs`: as it was asked for. */
export interface PrometheusReading {
  endpoint: EndpointState;
  series: Series[];
  windowMs: number;
}

/** Asks Prometheus' HTTP API for the series of this host. */
export async function askPrometheus(
  { url, match, ...asked }: PrometheusSettings,
  name: string,
  request: SeriesRequest,
  options: ProbeOptions,
): Promise<PrometheusReading> {
  const windowMs = request.kind === 'now' ? 0 : Math.max(request.windowMs, SHORTEST_WINDOW_MS);
  const query = new URLSearchParams({ query: queryOf(name, match, request, windowMs) });
  const settings = { ...asked, path: `/api/v1/query?${query}`, statuses: null, field: null };
  const { endpoint, body } = await probeEndpoint(url, settings, { ...options, bodyLimitBytes: BODY_LIMIT_BYTES });
  if (endpoint.answer !== 'ok') return { endpoint, series: [], windowMs };
  const read = answer.safeParse(parsed(body));
  if (!read.success) {
    const detail = options.redact(`no vector of the query API: ${body}`, 200);
    return { endpoint: { ...endpoint, answer: 'malformed', detail }, series: [], windowMs };
  }
  const series = read.data.data.result.map(({ metric, value: [, value] }) => ({
    labels: metric,
    value: Number(value),
  }));
  return {
    endpoint: { ...endpoint, detail: '' },
    series: series.filter(({ value }) => Number.isFinite(value)),
    windowMs,
  };
}

/** `sum by (step) (increase(kingfisher_pipeline_failures_total{instance="h1:8201"}[300s]))` */
export function queryOf(name: string, match: Record<string, string>, request: SeriesRequest, windowMs: number): string {
  const matchers = Object.entries(match).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  const selector = (of: string) => `${of}{${matchers.join(',')}}`;
  const over = `[${Math.round(windowMs / 1_000)}s]`;
  const sum = (by: string[], of: string) => `sum by (${by.join(',')}) (${of})`;
  switch (request.kind) {
    case 'now':
      return sum(request.by, selector(name));
    case 'increase':
      return sum(request.by, `increase(${selector(name)}${over})`);
    case 'quantile': {
      const buckets = sum([...request.by, 'le'], `rate(${selector(`${name}_bucket`)}${over})`);
      return `histogram_quantile(${request.quantile}, ${buckets})`;
    }
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
